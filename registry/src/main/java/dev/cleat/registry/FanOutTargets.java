// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.util.Collection;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** The clients of a registry as the targets of one call to many. */
final class FanOutTargets implements FanOut.Targets {
  private final Clients clients;
  private final Supervisor supervisor;
  private final Calls calls;

  FanOutTargets(Clients clients, Supervisor supervisor, Calls calls) {
    this.clients = clients;
    this.supervisor = supervisor;
    this.calls = calls;
  }

  @Override
  public Collection<Namespace> namespaces() {
    Collection<Namespace> all = new TreeSet<>(supervisor.namespaces());
    clients.directory().entries().forEach(entry -> all.add(entry.generation().namespace()));
    return all;
  }

  /** Whoever has never been connected may have it. */
  @Override
  public boolean offers(Namespace namespace, String tool) {
    Directory.Entry entry = clients.directory().entry(namespace.value());
    return entry == null || entry.listing().place(tool).isPresent();
  }

  @Override
  public CompletableFuture<ToolResult> call(Namespace namespace, ToolCall call) {
    return RoutedCall.start(calls, namespace, call);
  }
}

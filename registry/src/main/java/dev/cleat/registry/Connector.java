// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.EraMemory;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Providers;
import dev.cleat.spi.TransportProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns definitions into connected clients, with the transport that fits. */
class Connector {
  private final List<TransportProvider> transports;
  private final List<String> problems;
  private final Limits limits;
  private final ClientCapabilities callersAnswer;
  private final EraMemory eras = new EraMemory();

  Connector(
      List<TransportProvider> given,
      ClassLoader loader,
      Limits limits,
      ClientCapabilities callersAnswer) {
    Providers<TransportProvider> found = Providers.ofTransports(loader);
    transports = new ArrayList<>(given);
    transports.addAll(found.found().values());
    problems = found.problems();
    this.limits = limits;
    this.callersAnswer = callersAnswer;
  }

  // Overridden by tests, which have no servers.
  McpClient connect(Namespace namespace, ClientDefinition definition) {
    Optional<TransportProvider> transport =
        transports.stream().filter(t -> t.handles(definition)).findFirst();
    if (transport.isEmpty()) {
      throw new McpException.ConnectFailed(noTransport(namespace, definition), null);
    }
    Limits bounds = bounds(definition);
    try {
      return McpClient.over(() -> transport.get().open(namespace.value(), definition, bounds))
          .limits(bounds)
          .callersAnswer(callersAnswer)
          .remembers(eras, place(definition))
          .connect();
    } catch (McpException.ConnectFailed e) {
      throw new McpException.ConnectFailed(
          "\"" + namespace + "\" cannot be connected. " + e.getMessage(),
          e,
          e.needsAuthentication());
    }
  }

  /** How a client of a definition is held. */
  Terms terms(ClientDefinition definition, RegistryConfig config) {
    return new Terms(
        false,
        gate(definition.maxConcurrentCalls().orElse(config.maxConcurrentCalls()), config),
        bounds(definition).callTimeout());
  }

  /** How a client is held that somebody else has connected. */
  Terms terms(boolean bareNames, RegistryConfig config) {
    return new Terms(bareNames, gate(config.maxConcurrentCalls(), config), limits.callTimeout());
  }

  private static GateSettings gate(int maxConcurrent, RegistryConfig config) {
    return new GateSettings(
        maxConcurrent, config.maxQueuedCalls(), config.breakerThreshold(), config.breakerPause());
  }

  Duration callLimit() {
    return limits.callTimeout();
  }

  /** What speaks one era or the other: the program with its arguments, or the address. */
  private static String place(ClientDefinition definition) {
    return definition
        .url()
        .map(URI::toString)
        .orElseGet(() -> definition.command().orElse("") + " " + definition.args());
  }

  private String noTransport(Namespace namespace, ClientDefinition definition) {
    String wanted = definition.url().isPresent() ? "a url" : "a command";
    return "\""
        + namespace
        + "\" is reached by "
        + wanted
        + ", and no transport for that is on the class path. There are "
        + transports.stream().map(TransportProvider::name).toList()
        + "."
        + (problems.isEmpty() ? "" : " " + String.join(" ", problems));
  }

  private Limits bounds(ClientDefinition definition) {
    if (definition.callTimeout().isEmpty() && definition.connectTimeout().isEmpty()) {
      return limits;
    }
    return Limits.builder()
        .from(limits)
        .callTimeout(definition.callTimeout().orElse(limits.callTimeout()))
        .connectTimeout(definition.connectTimeout().orElse(limits.connectTimeout()))
        .build();
  }
}

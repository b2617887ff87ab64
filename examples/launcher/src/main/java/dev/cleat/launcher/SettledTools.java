// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.ChangeListener;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What a registry offers whose upstream servers may still be connecting: who asks early is answered
 * once they have had their time. Many clients list tools once, right after they have connected, and
 * never again.
 */
final class SettledTools implements ToolSet {
  private final ToolSet tools;
  private final Upstreams upstreams;

  SettledTools(ToolSet tools, Upstreams upstreams) {
    this.tools = tools;
    this.upstreams = upstreams;
  }

  @Override
  public List<ServedTool> tools() {
    upstreams.awaitSettled();
    return tools.tools();
  }

  /** Waits for no more than the one server that is called. */
  @Override
  public Optional<ServedTool> find(String name) {
    return tools.find(name);
  }

  @Override
  public List<ServedPrompt> prompts() {
    upstreams.awaitSettled();
    return tools.prompts();
  }

  @Override
  public List<ServedResource> resources() {
    upstreams.awaitSettled();
    return tools.resources();
  }

  @Override
  public List<ServedTemplate> templates() {
    upstreams.awaitSettled();
    return tools.templates();
  }

  @Override
  public Set<ChangeListener.Catalog> catalogs() {
    return tools.catalogs();
  }

  @Override
  public CompletableFuture<Void> subscribe(String resourceUri) {
    return tools.subscribe(resourceUri);
  }

  @Override
  public void unsubscribe(String resourceUri) {
    tools.unsubscribe(resourceUri);
  }

  @Override
  public void onChange(ChangeListener listener) {
    tools.onChange(listener);
  }

  @Override
  public List<Readiness> readiness() {
    return tools.readiness();
  }

  @Override
  public void close() {
    tools.close();
  }
}

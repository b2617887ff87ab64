// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static java.util.Objects.requireNonNull;

import dev.cleat.ChangeListener;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A set that is another one in all that a subclass leaves as it is. Closing it closes the other.
 */
public abstract class ForwardingToolSet implements ToolSet {
  private final ToolSet target;

  /** Of that set, which it owns. */
  protected ForwardingToolSet(ToolSet target) {
    this.target = requireNonNull(target);
  }

  @Override
  public List<ServedTool> tools() {
    return target.tools();
  }

  @Override
  public Optional<ServedTool> find(String name) {
    return target.find(name);
  }

  @Override
  public List<ServedPrompt> prompts() {
    return target.prompts();
  }

  @Override
  public List<ServedResource> resources() {
    return target.resources();
  }

  @Override
  public List<ServedTemplate> templates() {
    return target.templates();
  }

  @Override
  public Set<ChangeListener.Catalog> catalogs() {
    return target.catalogs();
  }

  @Override
  public CompletableFuture<Void> subscribe(String resourceUri) {
    return target.subscribe(resourceUri);
  }

  @Override
  public void unsubscribe(String resourceUri) {
    target.unsubscribe(resourceUri);
  }

  @Override
  public void onChange(ChangeListener listener) {
    target.onChange(listener);
  }

  @Override
  public List<Readiness> readiness() {
    return target.readiness();
  }

  @Override
  public void close() {
    target.close();
  }
}

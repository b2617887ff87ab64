// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.ChangeListener;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What an application or a plugin serves: tools that can be called, prompts, resources that can be
 * read; and whatever is behind them.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time.
 *
 * <p><b>Life cycle.</b> The owner closes it once no call runs any more; closing twice is harmless.
 */
public interface ToolSet extends AutoCloseable {
  /** The tools, in a stable order. */
  List<ServedTool> tools();

  /** The tool of that name. */
  default Optional<ServedTool> find(String name) {
    for (ServedTool tool : tools()) {
      if (tool.name().equals(name)) {
        return Optional.of(tool);
      }
    }
    return Optional.empty();
  }

  /** The prompts, in a stable order. */
  default List<ServedPrompt> prompts() {
    return List.of();
  }

  /** The resources, in a stable order. */
  default List<ServedResource> resources() {
    return List.of();
  }

  /** The resource templates, in a stable order. */
  default List<ServedTemplate> templates() {
    return List.of();
  }

  /**
   * In which lists this set may ever have something; a server declares no others. What is there
   * now, unless a set that changes knows better.
   */
  default Set<ChangeListener.Catalog> catalogs() {
    Set<ChangeListener.Catalog> catalogs = EnumSet.of(ChangeListener.Catalog.TOOLS);
    if (!prompts().isEmpty()) {
      catalogs.add(ChangeListener.Catalog.PROMPTS);
    }
    if (!resources().isEmpty() || !templates().isEmpty()) {
      catalogs.add(ChangeListener.Catalog.RESOURCES);
    }
    return catalogs;
  }

  /**
   * Calls back, from any thread, whenever one of the lists, or what a resource holds, has changed.
   * Most sets never change.
   */
  default void onChange(ChangeListener listener) {}

  /**
   * Somebody wants to hear, through {@link #onChange}, when what that resource holds changes. Told
   * once for each resource by each server, from any thread; has to return at once. A set that tells
   * of all changes anyway has nothing to do.
   *
   * @return completes once changes are heard of, or exceptionally when they never will be
   */
  default CompletableFuture<Void> subscribe(String resourceUri) {
    return CompletableFuture.completedFuture(null);
  }

  /** One server wants to hear of it no more. Has to return at once. */
  default void unsubscribe(String resourceUri) {}

  /**
   * Whether each thing behind the tools works now; nothing when there is nothing behind them. Asked
   * often: has to answer within a second or two.
   */
  default List<Readiness> readiness() {
    return List.of();
  }

  /** Gives up what the tools hold. */
  @Override
  default void close() {}

  /** Tools that hold nothing. */
  static ToolSet of(ServedTool... tools) {
    return of(List.of(tools), () -> {});
  }

  /** Tools that hold something, and how to give it up. */
  static ToolSet of(List<ServedTool> tools, Runnable onClose) {
    return builder().tools(tools).onClose(onClose).build();
  }

  /** Starts a set that never changes, from nothing. */
  static ToolSetBuilder builder() {
    return new ToolSetBuilder();
  }
}

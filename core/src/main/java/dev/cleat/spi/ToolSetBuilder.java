// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Puts together a set that never changes; see {@link ToolSet#builder()}. */
public final class ToolSetBuilder {
  final List<ServedTool> tools = new ArrayList<>();
  final List<ServedPrompt> prompts = new ArrayList<>();
  final List<ServedResource> resources = new ArrayList<>();
  final List<ServedTemplate> templates = new ArrayList<>();
  Supplier<List<Readiness>> readiness = List::of;
  Runnable onClose = () -> {};

  ToolSetBuilder() {}

  /** Adds a tool. */
  public ToolSetBuilder tool(ServedTool tool) {
    tools.add(tool);
    return this;
  }

  /** Adds tools. */
  public ToolSetBuilder tools(List<ServedTool> more) {
    tools.addAll(more);
    return this;
  }

  /** Adds a prompt. */
  public ToolSetBuilder prompt(ServedPrompt prompt) {
    prompts.add(prompt);
    return this;
  }

  /** Adds a resource. */
  public ToolSetBuilder resource(ServedResource resource) {
    resources.add(resource);
    return this;
  }

  /** Adds a resource template. */
  public ToolSetBuilder template(ServedTemplate template) {
    templates.add(template);
    return this;
  }

  /** Says how to find out whether what is behind them works; asked as {@link ToolSet#readiness}. */
  public ToolSetBuilder readiness(Supplier<List<Readiness>> asking) {
    readiness = asking;
    return this;
  }

  /** Says how to give up what is behind them; run once. */
  public ToolSetBuilder onClose(Runnable action) {
    onClose = action;
    return this;
  }

  /**
   * Completes it.
   *
   * @throws IllegalArgumentException when two tools have one name
   */
  public ToolSet build() {
    return new FixedToolSet(this);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Tools, prompts and resources that never change. */
final class FixedToolSet implements ToolSet {
  private final List<ServedTool> tools;
  private final Map<String, ServedTool> byName = new LinkedHashMap<>();
  private final Supplier<List<Readiness>> readiness;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  private final List<ServedPrompt> prompts;
  private final List<ServedResource> resources;
  private final List<ServedTemplate> templates;

  FixedToolSet(ToolSetBuilder builder) {
    tools = List.copyOf(builder.tools);
    prompts = List.copyOf(builder.prompts);
    resources = List.copyOf(builder.resources);
    templates = List.copyOf(builder.templates);
    readiness = builder.readiness;
    onClose = builder.onClose;
    for (ServedTool tool : tools) {
      if (byName.put(tool.name(), tool) != null) {
        throw new IllegalArgumentException(
            "There are two tools of the name " + tool.name() + ". Names have to be unique.");
      }
    }
  }

  @Override
  public List<ServedTool> tools() {
    return tools;
  }

  @Override
  public Optional<ServedTool> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public List<ServedPrompt> prompts() {
    return prompts;
  }

  @Override
  public List<ServedResource> resources() {
    return resources;
  }

  @Override
  public List<ServedTemplate> templates() {
    return templates;
  }

  @Override
  public List<Readiness> readiness() {
    return readiness.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.run();
    }
  }
}

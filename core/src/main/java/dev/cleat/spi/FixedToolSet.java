// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.ServedTool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tools that never change. */
final class FixedToolSet implements ToolSet {
  private final List<ServedTool> tools;
  private final Map<String, ServedTool> byName = new LinkedHashMap<>();
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  FixedToolSet(List<ServedTool> tools, Runnable onClose) {
    this.tools = List.copyOf(tools);
    this.onClose = onClose;
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
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.run();
    }
  }
}

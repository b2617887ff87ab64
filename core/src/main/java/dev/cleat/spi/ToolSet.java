// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.ServedTool;
import java.util.List;
import java.util.Optional;

/**
 * Tools that can be called, and the resources behind them.
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

  /** Calls back, from any thread, whenever {@link #tools()} has changed. Most sets never change. */
  default void onChange(Runnable listener) {}

  /** Gives up what the tools hold. */
  @Override
  default void close() {}

  /** Tools that hold nothing. */
  static ToolSet of(ServedTool... tools) {
    return of(List.of(tools), () -> {});
  }

  /** Tools that hold something, and how to give it up. */
  static ToolSet of(List<ServedTool> tools, Runnable onClose) {
    return new FixedToolSet(tools, onClose);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a tool, as its caller wants it.
 *
 * @param tool the name of the tool
 * @param arguments plain JSON values
 * @param timeout how long the caller waits; the client's own limit when absent
 * @param listener hears of progress and answers questions
 * @param meta further {@code _meta} entries, such as {@code traceparent}
 * @param repeatable whether the caller allows that a tool which says that it is idempotent or
 *     read-only is called again when the outcome of the first call is unknown
 */
public record ToolCall(
    String tool,
    Map<String, Object> arguments,
    Optional<Duration> timeout,
    CallListener listener,
    Map<String, Object> meta,
    boolean repeatable) {

  /** Copies nothing: the maps are read-only views, which the caller no longer changes. */
  public ToolCall {
    requireNonNull(tool, "tool");
    arguments = Collections.unmodifiableMap(arguments);
    timeout.ifPresent(
        t -> {
          if (t.isNegative() || t.isZero()) {
            throw new IllegalArgumentException("The timeout of a call has to be above zero: " + t);
          }
        });
    requireNonNull(listener, "listener");
    meta = Collections.unmodifiableMap(meta);
  }

  /** A call that is not to be repeated. */
  public ToolCall(
      String tool,
      Map<String, Object> arguments,
      Optional<Duration> timeout,
      CallListener listener,
      Map<String, Object> meta) {
    this(tool, arguments, timeout, listener, meta, false);
  }

  /** A call with the client's time limit that listens to nothing. */
  public static ToolCall of(String tool, Map<String, ?> arguments) {
    return new ToolCall(
        tool, new LinkedHashMap<>(arguments), Optional.empty(), CallListener.NONE, Map.of());
  }

  /** The same call to a tool of another name. */
  public ToolCall withTool(String name) {
    return new ToolCall(name, arguments, timeout, listener, meta, repeatable);
  }

  /** The same call with a time limit of its own. */
  public ToolCall withTimeout(Duration limit) {
    return new ToolCall(tool, arguments, Optional.of(limit), listener, meta, repeatable);
  }

  /** The same call with somebody who listens. */
  public ToolCall withListener(CallListener newListener) {
    return new ToolCall(tool, arguments, timeout, newListener, meta, repeatable);
  }

  /** The same call, with or without leave to repeat it when its outcome is unknown. */
  public ToolCall withRepeatable(boolean allowed) {
    return new ToolCall(tool, arguments, timeout, listener, meta, allowed);
  }
}

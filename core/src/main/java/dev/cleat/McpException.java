// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trouble with the protocol or with the life of a client, as opposed to a tool that failed ({@link
 * ToolResult.Failure}). The whole family is here.
 *
 * <p>What matters after a failed call is whether the server may have executed it: {@link
 * #mayHaveExecuted()}.
 */
public abstract sealed class McpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  McpException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the request may have reached the server: if so, calling again may do it twice. */
  public boolean mayHaveExecuted() {
    return false;
  }

  /** The connection or the process could not be started, or the server could not be agreed with. */
  public static final class ConnectFailed extends McpException {
    private static final long serialVersionUID = 1L;

    /** With what went wrong and what to do. */
    public ConnectFailed(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The request did not leave: the connection was closed or lost before. Safe to call again. */
  public static final class NotSent extends McpException {
    private static final long serialVersionUID = 1L;

    /** With the reason why it did not leave. */
    public NotSent(String message) {
      super(message, null);
    }
  }

  /** The request was sent, and the connection was lost before the answer. */
  public static final class OutcomeUnknown extends McpException {
    private static final long serialVersionUID = 1L;

    /** With the reason why the answer is lost. */
    public OutcomeUnknown(String message) {
      super(message, null);
    }

    @Override
    public boolean mayHaveExecuted() {
      return true;
    }
  }

  /** The message is over the limit and was not sent, or what came is more than is accepted. */
  public static final class TooLarge extends McpException {
    private static final long serialVersionUID = 1L;

    /** With what is too large, and the limit. */
    public TooLarge(String message) {
      super(message, null);
    }

    /** With the size and the limit. */
    public TooLarge(long bytes, int limit) {
      super(
          "The message has "
              + bytes
              + " bytes, and the limit is "
              + limit
              + ". Send less, or raise Limits.maxMessageBytes.",
          null);
    }
  }

  /** No answer in time; the server has been told to stop. */
  public static final class TimedOut extends McpException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    /** With what was waited for, how long, and whether it had been sent. */
    public TimedOut(String what, Duration limit, boolean sent) {
      super(
          "No answer to "
              + what
              + " within "
              + limit.toMillis()
              + " ms. "
              + (sent
                  ? "The request was sent and may have been executed."
                  : "The request was never sent."),
          null);
      this.sent = sent;
    }

    @Override
    public boolean mayHaveExecuted() {
      return sent;
    }
  }

  /** The caller was interrupted or gave up; the server has been told to stop. */
  public static final class Cancelled extends McpException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    /** With what was cancelled and whether it had been sent. */
    public Cancelled(String what, boolean sent) {
      super("The caller cancelled " + what, null);
      this.sent = sent;
    }

    @Override
    public boolean mayHaveExecuted() {
      return sent;
    }
  }

  /** The registry, client or lease has been closed by its owner. */
  public static final class Closed extends McpException {
    private static final long serialVersionUID = 1L;

    /** With what was closed. */
    public Closed(String message) {
      super(message, null);
    }
  }

  /** There is no client or no tool of that name. */
  public static final class NotFound extends McpException {
    private static final long serialVersionUID = 1L;

    /** With what was looked for and what there is. */
    public NotFound(String message) {
      super(message, null);
    }
  }

  /** The peer answered with a JSON-RPC error, or has to be answered with one. */
  public static final class Protocol extends McpException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient Optional<Object> data;

    /** With the code and data as they are on the wire. */
    public Protocol(int code, String message, Optional<Object> data) {
      super(message, null);
      this.code = code;
      this.data = data;
    }

    /** The JSON-RPC error code. */
    public int code() {
      return code;
    }

    /** The {@code data} of the error. */
    public Optional<Object> data() {
      return data;
    }

    @Override
    public boolean mayHaveExecuted() {
      return true;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
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

    private final boolean needsAuthentication;

    /** With what went wrong and what to do. */
    public ConnectFailed(String message, @Nullable Throwable cause) {
      this(message, cause, false);
    }

    /**
     * With what went wrong and what to do.
     *
     * @param needsAuthentication see {@link #needsAuthentication()}
     */
    public ConnectFailed(String message, @Nullable Throwable cause, boolean needsAuthentication) {
      super(message, cause);
      this.needsAuthentication = needsAuthentication;
    }

    /**
     * Whether the server wants credentials, or other ones (HTTP 401 or 403): trying again helps
     * only once somebody has seen to that. A server may say so at any call; nothing was executed
     * then.
     */
    public boolean needsAuthentication() {
      return needsAuthentication;
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

    private final String told;
    private final transient Optional<String> requestId;
    private final transient Optional<Namespace> namespace;
    private final transient OptionalLong generation;

    /** With the reason why the answer is lost. */
    public OutcomeUnknown(String message) {
      this(message, Optional.empty(), Optional.empty(), OptionalLong.empty(), null);
    }

    /**
     * With the reason why the answer is lost.
     *
     * @param requestId the JSON-RPC id of the request, as text
     */
    public OutcomeUnknown(String message, String requestId) {
      this(message, Optional.of(requestId), Optional.empty(), OptionalLong.empty(), null);
    }

    private OutcomeUnknown(
        String told,
        Optional<String> requestId,
        Optional<Namespace> namespace,
        OptionalLong generation,
        @Nullable Throwable cause) {
      super(told + place(requestId, namespace, generation), cause);
      this.told = told;
      this.requestId = requestId;
      this.namespace = namespace;
      this.generation = generation;
    }

    private static String place(
        Optional<String> requestId, Optional<Namespace> namespace, OptionalLong generation) {
      StringJoiner known = new StringJoiner(", ", " (", ")").setEmptyValue("");
      requestId.ifPresent(id -> known.add("request " + id));
      namespace.ifPresent(name -> known.add("client " + name));
      generation.ifPresent(number -> known.add("generation " + number));
      return known.toString();
    }

    /**
     * The same, of a client that has a place in a registry.
     *
     * @param number which client of that namespace it was
     */
    public OutcomeUnknown at(Namespace name, long number) {
      OutcomeUnknown there =
          new OutcomeUnknown(
              told, requestId, Optional.of(name), OptionalLong.of(number), getCause());
      there.setStackTrace(getStackTrace());
      return there;
    }

    /** The id that the request had on the wire, by which a server's log may know it. */
    public Optional<String> requestId() {
      return requestId;
    }

    /** The namespace of the client in its registry, if it is in one. */
    public Optional<Namespace> namespace() {
      return namespace;
    }

    /** Which client of that namespace it was, if it is in a registry. */
    public OptionalLong generation() {
      return generation;
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

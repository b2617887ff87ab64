// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;
import java.util.Map;

/**
 * Thrown by a handler to end its call as a {@link ToolResult.Failure}.
 *
 * <p>The message says what was wrong, with the value in it and never a secret; the hint says what
 * to do. Both reach the caller.
 */
public final class ToolFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;
  private final String hint;
  private final boolean retryable;

  /** A failure that trying again will not cure. */
  public ToolFailure(FailureKind kind, String message, String hint) {
    this(kind, message, hint, false, null);
  }

  private ToolFailure(
      FailureKind kind,
      String message,
      String hint,
      boolean retryable,
      @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.hint = hint;
    this.retryable = retryable;
  }

  /** {@link FailureKind#INVALID_ARGUMENT}. */
  public static ToolFailure invalidArgument(String message, String hint) {
    return new ToolFailure(FailureKind.INVALID_ARGUMENT, message, hint);
  }

  /** {@link FailureKind#NOT_FOUND}. */
  public static ToolFailure notFound(String message, String hint) {
    return new ToolFailure(FailureKind.NOT_FOUND, message, hint);
  }

  /** {@link FailureKind#UNAVAILABLE}, which a retry can cure. */
  public static ToolFailure unavailable(String message, String hint) {
    return new ToolFailure(FailureKind.UNAVAILABLE, message, hint).retryable();
  }

  /** The same failure, saying that trying again can help. */
  public ToolFailure retryable() {
    return new ToolFailure(kind, text(), hint, true, getCause());
  }

  /** The same failure with its cause, which is logged and not sent. */
  public ToolFailure causedBy(Throwable cause) {
    return new ToolFailure(kind, text(), hint, retryable, cause);
  }

  /** Why it failed. */
  public FailureKind kind() {
    return kind;
  }

  /** What to do about it; may be empty. */
  public String hint() {
    return hint;
  }

  /** Whether the same call may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }

  /** The value that the caller gets. */
  public ToolResult.Failure toResult() {
    return new ToolResult.Failure(kind, text(), hint, retryable, List.of(), Map.of());
  }

  private String text() {
    String message = getMessage();
    return message == null ? kind.wireName() : message;
  }
}

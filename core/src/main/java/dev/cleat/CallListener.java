// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Optional;

/** What a caller wants to hear from a running call, and how it answers questions from it. */
public interface CallListener extends ClientFeatures {
  /** Wants nothing and answers nothing. */
  CallListener NONE = new CallListener() {};

  /** How a question to the user ended. */
  enum Answer {
    /** The user agreed. */
    ACCEPTED,
    /** The user said no, or closed the question. */
    DECLINED,
    /** There is nobody to ask. */
    CANNOT_ASK
  }

  /** Called for each progress report, from the thread that received it; has to return soon. */
  default void progress(double done, double total, String message) {}

  /** Whether {@link #progress} does anything; when not, the server is not asked to report. */
  default boolean wantsProgress() {
    return false;
  }

  /** From which level on {@link #log} is to hear of this call; empty: not at all. */
  default Optional<LogLevel> wantsLog() {
    return Optional.empty();
  }

  /** Whether the caller has given up; its thread is interrupted then too. */
  default boolean cancelled() {
    return false;
  }

  /**
   * Asks the user; may block as long as the user takes. Shown as a form without fields unless a
   * listener knows better.
   *
   * @throws ToolFailure instead of an answer, to end the call with that
   */
  default Answer confirm(String question) {
    if (!capabilities().elicitForm()) {
      return Answer.CANNOT_ASK;
    }
    return answer(InputRequest.Form.question(question)) instanceof InputResponse.Elicited elicited
            && elicited.isAccepted()
        ? Answer.ACCEPTED
        : Answer.DECLINED;
  }
}

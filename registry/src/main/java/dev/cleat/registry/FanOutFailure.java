// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.McpException;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Why one of many clients did not answer a call.
 *
 * @param message what was wrong
 * @param mayHaveExecuted whether the server may have executed the call all the same
 * @param cause what the call ended with, if it was made
 */
public record FanOutFailure(String message, boolean mayHaveExecuted, Optional<Throwable> cause) {
  /** Checks nothing but that all is there. */
  public FanOutFailure {
    requireNonNull(message, "message");
    requireNonNull(cause, "cause");
  }

  static FanOutFailure notCalled(String message) {
    return new FanOutFailure(message, false, Optional.empty());
  }

  static FanOutFailure of(Throwable thrown) {
    Throwable bare = Failures.unwrapped(thrown);
    if (bare instanceof McpException known) {
      return new FanOutFailure(
          String.valueOf(known.getMessage()), known.mayHaveExecuted(), Optional.of(known));
    }
    String message =
        bare instanceof CancellationException
            ? "The call was cancelled."
            // Nobody knows what its own message may contain.
            : "The call failed in its client: " + bare.getClass().getSimpleName() + ".";
    return new FanOutFailure(message, true, Optional.of(bare));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * The bounds of one call to many clients.
 *
 * @param concurrency how many are called at once; at least 1
 * @param perTarget how long each of them may take, from when it is called; above zero
 * @param whole how long all of it may take, above zero; when it is over, the result has what there
 *     is by then
 */
public record FanOutOptions(int concurrency, Duration perTarget, Optional<Duration> whole) {
  private static final FanOutOptions DEFAULTS =
      new FanOutOptions(16, Duration.ofSeconds(30), Optional.empty());

  /** Checks them. */
  public FanOutOptions {
    if (concurrency < 1) {
      throw new IllegalArgumentException(
          "The concurrency of a fan-out is " + concurrency + ". Allowed is 1 or more.");
    }
    aboveZero(requireNonNull(perTarget, "perTarget"), "target");
    whole.ifPresent(limit -> aboveZero(limit, "whole"));
  }

  private static void aboveZero(Duration limit, String what) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(
          "The time limit of a fan-out's " + what + " is " + limit + ". Allowed is above zero.");
    }
  }

  /** 16 at once, 30 seconds for each, and as long as it takes for all. */
  public static FanOutOptions defaults() {
    return DEFAULTS;
  }

  /** The same with another number at once. */
  public FanOutOptions withConcurrency(int newConcurrency) {
    return new FanOutOptions(newConcurrency, perTarget, whole);
  }

  /** The same with another limit for each. */
  public FanOutOptions withPerTarget(Duration limit) {
    return new FanOutOptions(concurrency, limit, whole);
  }

  /** The same with a limit for all of it. */
  public FanOutOptions withWhole(Duration limit) {
    return new FanOutOptions(concurrency, perTarget, Optional.of(limit));
  }
}

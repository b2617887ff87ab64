// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.util.concurrent.CompletionException;

/** Tells what made a future fail, which one that is made from another wraps. */
final class Failures {
  private Failures() {}

  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}

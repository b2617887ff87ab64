// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells a listener what is done, and keeps what it throws until it does no harm: a caller that has
 * gone must not leave processes half ended. It is told nothing more after that.
 *
 * <p><b>Threads.</b> One.
 */
final class Deferring implements Consumer<String> {
  private final Consumer<String> listener;
  private Optional<RuntimeException> thrown = Optional.empty();

  Deferring(Consumer<String> listener) {
    this.listener = listener;
  }

  @Override
  public void accept(String doing) {
    if (thrown.isEmpty()) {
      try {
        listener.accept(doing);
      } catch (RuntimeException e) {
        thrown = Optional.of(e);
      }
    }
  }

  /** Throws what the listener threw, if it did. */
  void rethrow() {
    if (thrown.isPresent()) {
      throw thrown.get();
    }
  }
}

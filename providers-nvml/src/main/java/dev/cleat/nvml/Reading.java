// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Optional;

/** What came of one question: a value, or the code that came instead. Never a made-up zero. */
sealed interface Reading<T> {

  record Value<T>(T read) implements Reading<T> {}

  record Unread<T>(String call, NvmlCode why) implements Reading<T> {}

  default Optional<T> value() {
    return this instanceof Value<T> value ? Optional.of(value.read()) : Optional.empty();
  }

  default Optional<NvmlCode> code() {
    return this instanceof Unread<T> unread ? Optional.of(unread.why()) : Optional.empty();
  }
}

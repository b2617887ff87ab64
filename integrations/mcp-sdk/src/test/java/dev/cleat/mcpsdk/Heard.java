// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a test has been told, by any thread, in the order it came. */
final class Heard<T> {
  private static final long WATCHDOG_SECONDS = 30;

  private final LinkedBlockingQueue<T> all = new LinkedBlockingQueue<>();

  void add(T word) {
    all.add(word);
  }

  /** Waits for the next. */
  T next() throws InterruptedException {
    T word = all.poll(WATCHDOG_SECONDS, TimeUnit.SECONDS);
    assertThat(word).as("what is to be heard").isNotNull();
    return word;
  }

  /** Waits for so many. */
  List<T> next(int count) throws InterruptedException {
    List<T> words = new ArrayList<>();
    while (words.size() < count) {
      words.add(next());
    }
    return words;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Takes the supervisor's decisions one after the other, under one lock. What has to be told to
 * others because of one is done after it, without the lock.
 */
final class Decisions {
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Takes one.
   *
   * @param decision is quick, and adds what is to be done after it
   */
  void take(Consumer<List<Runnable>> decision) {
    List<Runnable> later = new ArrayList<>();
    lock.lock();
    try {
      decision.accept(later);
    } finally {
      lock.unlock();
    }
    later.forEach(Runnable::run);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a task at the first of many calls. Thread-safe. */
final class Once implements Runnable {
  private final AtomicBoolean ran = new AtomicBoolean();
  private final Runnable task;

  Once(Runnable task) {
    this.task = task;
  }

  @Override
  public void run() {
    if (ran.compareAndSet(false, true)) {
      task.run();
    }
  }
}

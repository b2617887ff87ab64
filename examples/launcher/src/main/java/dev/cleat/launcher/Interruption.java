// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C into an interrupt of the thread that opened this, so that the call it waits for is
 * cancelled where it runs, and what the command holds is closed. The process then ends as the
 * signal wants it.
 */
final class Interruption implements AutoCloseable {
  private static final long MOST_SECONDS = 5;

  private final Thread caller = Thread.currentThread();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Optional<Thread> hook;
  private volatile boolean happened;

  private Interruption(boolean isProcess) {
    hook = isProcess ? Optional.of(new Thread(this::interrupt, "cleat-ctrl-c")) : Optional.empty();
  }

  static Interruption onCtrlC(Host host) {
    Interruption interruption = new Interruption(host.isProcess());
    interruption.hook.ifPresent(Runtime.getRuntime()::addShutdownHook);
    return interruption;
  }

  boolean happened() {
    return happened;
  }

  private void interrupt() {
    happened = true;
    caller.interrupt();
    try {
      if (!done.await(MOST_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      hook.ifPresent(Runtime.getRuntime()::removeShutdownHook);
    } catch (IllegalStateException alreadyEnding) {
      // The hook has done its work.
    }
  }
}

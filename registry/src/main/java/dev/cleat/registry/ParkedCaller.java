// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that waits at a {@link Gate}. */
final class ParkedCaller implements Gate.Waiter {
  private final Thread thread = Thread.currentThread();

  // One of the two is set, once, by whoever decides.
  private volatile @Nullable Pass pass;
  private volatile @Nullable McpException why;

  @Override
  public void admitted(Pass newPass) {
    pass = newPass;
    LockSupport.unpark(thread);
  }

  @Override
  public void refused(McpException newWhy) {
    why = newWhy;
    LockSupport.unpark(thread);
  }

  /**
   * Blocks until it is told. An interrupt cancels the waiting; when it comes too late for that, the
   * pass is returned and the thread stays interrupted.
   */
  Pass await(Runnable cancel) {
    boolean interrupted = false;
    while (true) {
      Pass got = pass;
      McpException refused = why;
      if (got != null || refused != null) {
        if (interrupted) {
          thread.interrupt();
        }
        if (got != null) {
          return got;
        }
        throw refused;
      }
      LockSupport.park(this);
      if (Thread.interrupted()) {
        interrupted = true;
        cancel.run();
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Tells people things one after the other in the thread that has them to tell: what comes up while
 * it tells somebody is told afterwards, not from within. So a thousand calls that each end at once
 * and let the next one in do not pile up on its stack.
 *
 * <p>What they throw is contained and logged. Each thread tells its own.
 */
final class Notices {
  private static final Logger LOG = System.getLogger(Notices.class.getName());

  // What a thread has yet to tell; nothing while it is not telling. For all gates, because
  // the calls of one may let in those of another.
  private static final ThreadLocal<@Nullable Queue<Runnable>> UNTOLD = new ThreadLocal<>();

  private Notices() {}

  /** Tells it now, or after what this thread is telling just now. */
  static void tell(Runnable notice) {
    Queue<Runnable> later = UNTOLD.get();
    if (later != null) {
      later.add(notice);
      return;
    }
    later = new ArrayDeque<>();
    UNTOLD.set(later);
    try {
      for (Runnable next = notice; next != null; next = later.poll()) {
        run(next);
      }
    } finally {
      UNTOLD.remove();
    }
  }

  private static void run(Runnable notice) {
    try {
      notice.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "Who waited for a call failed when it was told what became of it", e);
    }
  }
}

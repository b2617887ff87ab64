// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that looks at everything that waits, again and again, and sees what has waited for
 * too long. Looking at all of it is cheaper than a timer for each of many quick requests.
 */
final class Watch {
  private static final Logger LOG = System.getLogger(Watch.class.getName());

  private static final long MIN_PERIOD_MILLIS = 5;
  private static final long MAX_PERIOD_MILLIS = 500;

  /** Something that may wait for too long. Must not block. */
  interface Watched {
    /** Looks at itself. */
    void tick(long now);
  }

  private final long periodMillis;
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledThreadPoolExecutor timer;

  Watch(HttpLimits limits) {
    long shortest =
        Math.min(
            Math.min(limits.streamAfter().toMillis(), limits.keepAlive().toMillis()),
            Math.min(limits.requestTimeout().toMillis(), limits.sessionIdle().toMillis()));
    periodMillis = Math.max(MIN_PERIOD_MILLIS, Math.min(MAX_PERIOD_MILLIS, shortest / 4));
  }

  synchronized void start() {
    ScheduledThreadPoolExecutor started =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "cleat-http-watch");
              thread.setDaemon(true);
              return thread;
            });
    timer = started;
    var unused =
        started.scheduleWithFixedDelay(
            this::look, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  synchronized void stop() {
    ScheduledThreadPoolExecutor running = timer;
    if (running != null) {
      running.shutdownNow();
    }
  }

  void add(Watched one) {
    watched.add(one);
  }

  void remove(Watched one) {
    watched.remove(one);
  }

  int size() {
    return watched.size();
  }

  private void look() {
    long now = System.nanoTime();
    for (Watched one : watched) {
      try {
        one.tick(now);
      } catch (RuntimeException fault) {
        LOG.log(Level.ERROR, "A fault while looking after a request", fault);
      }
    }
  }
}

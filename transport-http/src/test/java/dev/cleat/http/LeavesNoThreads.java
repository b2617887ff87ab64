// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after which a thread of a server is left. */
final class LeavesNoThreads implements AfterAllCallback {
  private static final long PATIENCE_SECONDS = 10;

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    List<String> left = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("cleat-") && !thread.getName().startsWith("cleat-handler")) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (thread.isAlive()) {
          left.add(thread + " " + List.of(thread.getStackTrace()));
        }
      }
    }
    if (!left.isEmpty()) {
      throw new AssertionError("Left behind:\n  " + String.join("\n  ", left));
    }
  }
}

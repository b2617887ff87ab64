// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a thread of a connection or a child process behind. The testkit
 * has this for everybody else; it depends on this module, so here is a small one.
 */
final class LeaksNothing implements AfterAllCallback {
  private static final long PATIENCE_SECONDS = 10;

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    List<String> left = new ArrayList<>();
    for (Thread thread : threads()) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
      if (thread.isAlive()) {
        left.add(thread + " " + List.of(thread.getStackTrace()));
      }
    }
    Set<ProcessHandle> children = ProcessHandle.current().children().collect(Collectors.toSet());
    CompletableFuture<?>[] exits =
        children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits)
          .get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException stillThere) {
      children.stream()
          .filter(ProcessHandle::isAlive)
          .forEach(child -> left.add(child.pid() + " " + child.info()));
    }
    if (!left.isEmpty()) {
      throw new AssertionError("Left behind:\n  " + String.join("\n  ", left));
    }
  }

  static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("cleat-"))
        .collect(Collectors.toSet());
  }
}

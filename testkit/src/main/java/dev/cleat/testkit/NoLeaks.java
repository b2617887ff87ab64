// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a thread of Cleat or a child process behind.
 *
 * <pre>{@code
 * @ExtendWith(NoLeaks.class)
 * class DiceTest { … }
 * }</pre>
 *
 * <p>What was there before the class is not held against it. What it started may take ten seconds
 * after its last test to end; threads are Cleat's when their name begins with {@code cleat-}, which
 * those of the JDK's own pools never do.
 *
 * <p>For test classes that do not run at the same time in one JVM.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(NoLeaks.class);

  /** Made by JUnit. */
  public NoLeaks() {}

  /** What there is at one moment. */
  record Inventory(Set<Thread> threads, Set<ProcessHandle> children) {
    static Inventory now() {
      return new Inventory(
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("cleat-"))
              .collect(Collectors.toSet()),
          ProcessHandle.current().children().collect(Collectors.toSet()));
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(STORE).put(context.getUniqueId(), Inventory.now());
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    Inventory before = context.getStore(STORE).remove(context.getUniqueId(), Inventory.class);
    List<String> leaks = leaksSince(before, PATIENCE);
    if (!leaks.isEmpty()) {
      throw new AssertionError(
          context.getDisplayName() + " left behind:\n  " + String.join("\n  ", leaks));
    }
  }

  /** What has come since then and does not end within that time, each described in a line. */
  static List<String> leaksSince(Inventory before, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Inventory after = Inventory.now();
    List<String> leaks = new ArrayList<>();
    for (Thread thread : after.threads()) {
      if (!before.threads().contains(thread)) {
        thread.join(Math.max(1, millisUntil(deadline)));
        if (thread.isAlive()) {
          leaks.add(describe(thread));
        }
      }
    }
    for (ProcessHandle child : after.children()) {
      if (!before.children().contains(child) && !exitsBy(deadline, child)) {
        leaks.add(describe(child));
      }
    }
    return leaks;
  }

  private static boolean exitsBy(long deadline, ProcessHandle child) throws InterruptedException {
    try {
      child.onExit().get(Math.max(1, millisUntil(deadline)), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException stillThere) {
      return !child.isAlive();
    }
  }

  private static long millisUntil(long deadline) {
    return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
  }

  private static String describe(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    String at = stack.length == 0 ? "not running" : "at " + stack[0];
    return "thread " + thread.getName() + ", " + thread.getState() + " " + at;
  }

  private static String describe(ProcessHandle child) {
    return "process " + child.pid() + ", " + child.info().commandLine().orElse("(unknown command)");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NoLeaksTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final NoLeaks.Inventory before = NoLeaks.Inventory.now();
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void aThreadThatStaysIsListedByItsName() throws Exception {
    Thread thread = start("cleat-leak");

    assertThat(NoLeaks.leaksSince(before, SHORT))
        .singleElement()
        .asString()
        .startsWith("thread cleat-leak, ");

    end.countDown();
    thread.join();
  }

  @Test
  void aThreadThatIsAboutToEndIsWaitedFor() throws Exception {
    Thread thread = start("cleat-late");
    Thread ender = new Thread(end::countDown);
    ender.start();

    assertThat(NoLeaks.leaksSince(before, LONG)).isEmpty();

    thread.join();
    ender.join();
  }

  @Test
  void threadsOfOthersAndThoseFromBeforeAreNoneOfItsBusiness() throws Exception {
    Thread foreign = start("ForkJoinPool.commonPool-worker-77");
    Thread old = start("cleat-old");

    assertThat(NoLeaks.leaksSince(NoLeaks.Inventory.now(), SHORT)).isEmpty();

    end.countDown();
    foreign.join();
    old.join();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aChildProcessThatStaysIsListedWithItsCommand() throws Exception {
    Process child = new ProcessBuilder("cat").start();

    assertThat(NoLeaks.leaksSince(before, SHORT))
        .singleElement()
        .asString()
        .startsWith("process " + child.pid() + ", ");

    child.destroyForcibly();
    assertThat(NoLeaks.leaksSince(before, LONG)).isEmpty();
  }

  private Thread start(String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}

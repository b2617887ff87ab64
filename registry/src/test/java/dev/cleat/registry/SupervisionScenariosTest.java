// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What can go wrong with servers that nobody looks at but the registry. The numbers are those of
 * the table in {@code docs/registry.md}.
 */
@ExtendWith(NoLeaks.class)
class SupervisionScenariosTest {
  private static final Duration INSTANT = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofDays(1);

  private final Aside aside = new Aside();
  private final Upstreams upstreams = new Upstreams();
  private final EventJournal journal = new EventJournal();
  private final Wanted wanted = new Wanted();
  private final List<McpRegistry> registries = new ArrayList<>();

  private McpRegistry registry(RegistryConfig.Builder config) {
    McpRegistry registry =
        McpRegistry.builder()
            .config(config.build())
            .transport(upstreams)
            .listener(journal)
            .source(wanted)
            .build();
    registries.add(registry);
    return registry;
  }

  /** Tries again at once, and again. */
  private static RegistryConfig.Builder eager() {
    return RegistryConfig.builder()
        .reconnectDelay(INSTANT)
        .reconnectCap(Duration.ofMillis(4))
        .wakeSpacing(Duration.ZERO);
  }

  /** Tries again only when it is woken. */
  private static RegistryConfig.Builder sleepy() {
    return RegistryConfig.builder()
        .reconnectDelay(NEVER)
        .reconnectCap(NEVER)
        .wakeSpacing(Duration.ZERO);
  }

  @AfterEach
  void end() {
    registries.forEach(McpRegistry::close);
    upstreams.close();
    aside.close();
  }

  private static String call(McpRegistry registry, String namespace) {
    return registry.callTool(namespace + "__echo", Map.of()).text();
  }

  private static ClientView view(McpRegistry registry, String namespace) {
    return registry.snapshot().client(namespace).orElseThrow();
  }

  @Test
  void scenario9WhatTheSupervisorConnectsIsDroppedWhenTheApplicationIsQuicker() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    upstreams.onOpen(
        name -> {
          if (name.equals("slow")) {
            connecting.countDown();
            holdWithoutListening(go);
          }
        });
    wanted.with("ray", Upstreams.definition("slow"));
    McpRegistry registry = registry(eager());
    Aside.await(connecting);

    registry.register("ray", Upstreams.definition("quick"));
    go.countDown();

    Aside.until("the slow one has started too", () -> upstreams.opened().size() == 2);
    Aside.until("one is left", () -> upstreams.running() == 1);
    assertThat(call(registry, "ray")).isEqualTo("quick");
    assertThat(journal.count("ray", Kind.READY)).isEqualTo(1);
  }

  @Test
  void scenario13AServerThatAlwaysExitsIsTriedLessAndLessAndComesBackWhenItWorks()
      throws Exception {
    AtomicInteger exits = new AtomicInteger();
    upstreams.onOpen(
        name -> {
          if (exits.incrementAndGet() <= 20) {
            throw new McpException.ConnectFailed("it exited with code 3", null);
          }
        });
    wanted.with("ray", Upstreams.definition("ray"));
    McpRegistry registry = registry(eager().crashLoopAfter(5));

    journal.await("ray", Kind.READY, 1);

    List<Kind> kinds =
        journal.of("ray").stream()
            .map(RegistryEvent::kind)
            .filter(kind -> kind != Kind.CONNECTING)
            .toList();
    assertThat(kinds).hasSize(21).endsWith(Kind.READY);
    assertThat(kinds.subList(0, 4)).containsOnly(Kind.CONNECT_FAILED);
    assertThat(kinds.get(4)).isEqualTo(Kind.CRASH_LOOP);
    assertThat(journal.count("ray", Kind.CONNECTING)).isEqualTo(21);
    assertThat(call(registry, "ray")).isEqualTo("ray");
    assertThat(view(registry, "ray").failures()).as("not forgotten at once").isEqualTo(20);
  }

  @Test
  void scenario13ACrashLoopIsVisibleAndUseWakesOneAttemptForAll() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    upstreams.onOpen(
        name -> {
          if (attempts.incrementAndGet() == 1) {
            throw new McpException.ConnectFailed("it exited with code 3", null);
          }
          Aside.hold(go);
        });
    wanted.with("ray", Upstreams.definition("ray"));
    McpRegistry registry = registry(sleepy().crashLoopAfter(1));
    journal.await("ray", Kind.CRASH_LOOP, 1);
    ClientView down = view(registry, "ray");

    List<Future<String>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(aside.call(() -> call(registry, "ray")));
    }
    Aside.until("somebody woke it", () -> attempts.get() == 2);
    go.countDown();

    for (Future<String> caller : callers) {
      assertThat(Aside.get(caller)).isEqualTo("ray");
    }
    assertThat(attempts).hasValue(2);
    assertThat(down.state()).isEqualTo(State.CRASH_LOOP);
    assertThat(down.failures()).isEqualTo(1);
  }

  @Test
  void scenario13FailuresAreForgottenAfterTheStablePeriodAndNotBefore() {
    wanted.with("ray", Upstreams.definition("ray"));
    McpRegistry shaky = registry(eager().stableAfter(NEVER));
    journal.await("ray", Kind.READY, 1);
    for (int i = 1; i <= 3; i++) {
      upstreams.last().end("it exited with code 3.");
      journal.await("ray", Kind.READY, 1 + i);
      assertThat(view(shaky, "ray").failures()).isEqualTo(i);
    }
    shaky.close();

    McpRegistry stable = registry(eager().stableAfter(Duration.ZERO));
    journal.await("ray", Kind.READY, 5);
    upstreams.last().end("it exited with code 3.");
    journal.await("ray", Kind.READY, 6);
    assertThat(view(stable, "ray").failures()).isZero();
  }

  @Test
  void scenario14AServerThatWantsAuthenticationIsLeftAloneUntilItIsUsed() {
    AtomicInteger attempts = new AtomicInteger();
    upstreams.onOpen(
        name -> {
          if (attempts.incrementAndGet() == 1) {
            throw new McpException.ConnectFailed("HTTP 401", null, true);
          }
        });
    wanted.with("ray", Upstreams.definition("ray"));
    McpRegistry registry = registry(eager());
    journal.await("ray", Kind.NEEDS_AUTH, 1);

    ClientView view = view(registry, "ray");
    assertThat(view.state()).isEqualTo(State.NEEDS_AUTH);
    assertThat(view.nextAttempt()).as("no attempt of its own").isEmpty();
    assertThat(attempts).hasValue(1);
    assertThat(call(registry, "ray")).isEqualTo("ray");
    assertThat(attempts).hasValue(2);
  }

  /** Asks often for signs of life, and has little patience. */
  private static RegistryConfig.Builder anxious() {
    return eager()
        .healthInterval(Duration.ofMillis(20))
        .healthLimit(Duration.ofMillis(20))
        .healthMisses(3);
  }

  @Test
  void scenario15AServerThatGivesNoSignOfLifeIsConnectedAnewOnce() {
    McpRegistry registry = registry(anxious());
    registry.register("ray", Upstreams.definition("ray"));
    Upstreams.Upstream silent = upstreams.last();
    int before = silent.requests.get();

    silent.hears(false);
    journal.await("ray", Kind.READY, 2);

    assertThat(silent.isRunning()).isFalse();
    assertThat(journal.count("ray", Kind.LOST)).isEqualTo(1);
    assertThat(silent.requests.get() - before).as("times it was asked").isGreaterThanOrEqualTo(3);
    assertThat(upstreams.opened()).hasSize(2);
    assertThat(call(registry, "ray")).isEqualTo("ray");
  }

  @Test
  void scenario15OneMissIsNothing() {
    McpRegistry registry = registry(anxious());
    registry.register("ray", Upstreams.definition("ray"));
    Upstreams.Upstream once = upstreams.last();

    once.hears(false);
    int asked = once.requests.get();
    Aside.until("it was asked", () -> once.requests.get() == asked + 1);
    once.hears(true);
    Aside.until("it was asked many times more", () -> once.requests.get() >= asked + 8);

    assertThat(upstreams.opened()).hasSize(1);
    assertThat(journal.count("ray", Kind.LOST)).isZero();
  }

  @Test
  void scenario15AServerThatIsBusyWithACallIsNotTakenForDead() throws Exception {
    McpRegistry registry = registry(anxious());
    registry.register("busy", Upstreams.definition("busy"));
    Upstreams.Upstream busy = upstreams.last();
    Future<String> running = aside.call(() -> registry.callTool("busy__hold", Map.of()).text());
    Aside.await(busy.called);
    busy.hears(false);
    registry.register("silent", Upstreams.definition("silent"));

    // A silent one without calls is the clock: meanwhile it is given up, twice.
    for (int i = 1; i <= 2; i++) {
      upstreams.last().hears(false);
      journal.await("silent", Kind.READY, 1 + i);
    }

    assertThat(journal.count("busy", Kind.LOST)).isZero();
    busy.hears(true);
    busy.letGo();
    assertThat(Aside.get(running)).isEqualTo("busy");
  }

  @Test
  void scenario16NothingIsStartedAfterTheEndThoughAServerIsJustAskedForASignOfLife()
      throws Exception {
    McpRegistry registry = registry(anxious().healthLimit(Duration.ofSeconds(20)));
    registry.register("ray", Upstreams.definition("ray"));
    Upstreams.Upstream silent = upstreams.last();
    silent.hears(false);
    int asked = silent.requests.get();
    Aside.until("it is asked", () -> silent.requests.get() > asked);

    registry.close();

    assertThat(silent.isRunning()).isFalse();
    assertThat(upstreams.opened()).hasSize(1);
    assertThat(journal.count("ray", Kind.CONNECTING)).isZero();
  }

  @Test
  void scenario16NothingIsLeftOfAnAttemptThatWasUnderWayAtTheEnd() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    upstreams.onOpen(
        name -> {
          connecting.countDown();
          holdWithoutListening(go);
        });
    wanted.with("ray", Upstreams.definition("ray"));
    McpRegistry registry = registry(eager());
    Aside.await(connecting);

    Future<Void> closing = aside.run(registry::close);
    Aside.until("it is being closed", wanted::isClosed);
    assertThatThrownBy(() -> registry.register("time", Upstreams.definition("time")))
        .isInstanceOf(McpException.Closed.class);
    assertThat(closing.isDone()).as("closed while something connects").isFalse();
    go.countDown();
    Aside.get(closing);

    assertThat(upstreams.opened()).hasSize(1);
    assertThat(upstreams.running()).isZero();
  }

  @Test
  void scenario17ACallThatComesJustWhenItsClientIsStoppedIsServedUnseen() throws Exception {
    Random random = new Random(20_260_728L);
    McpRegistry registry = registry(eager().idleLimit(INSTANT));
    registry.register("ray", Upstreams.definition("ray"));
    int calls = 0;
    while (calls < 300 || upstreams.opened().size() < 20) {
      assertThat(call(registry, "ray")).isEqualTo("ray");
      calls++;
      // Around the limit, so that it is used now before it is stopped, now after.
      LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(4)));
    }

    assertThat(upstreams.opened().stream().mapToInt(upstream -> upstream.calls.get()).sum())
        .isEqualTo(calls);
    assertThat(journal.count("ray", Kind.LOST)).isZero();
    assertThat(view(registry, "ray").failures()).isZero();
  }

  @Test
  void scenario17WhoHoldsAClientKeepsItFromBeingStopped() throws Exception {
    McpRegistry registry = registry(eager().idleLimit(INSTANT));
    registry.register("held", Upstreams.definition("held"));
    Upstreams.Upstream held;
    try (Lease lease = registry.acquire("held")) {
      // It may have been stopped once before somebody held it.
      held = upstreams.last();
      // One that nobody holds is the clock: meanwhile it is stopped, again and again.
      registry.register("clock", Upstreams.definition("clock"));
      for (int i = 1; i <= 3; i++) {
        journal.await("clock", Kind.IDLE, i);
        assertThat(call(registry, "clock")).isEqualTo("clock");
      }
      assertThat(held.isRunning()).isTrue();
      assertThat(lease.callTool("echo", Map.of()).text()).isEqualTo("held");
    }
    Upstreams.Upstream released = held;
    Aside.until("it is stopped", () -> !released.isRunning());
  }

  @Test
  void scenario17AClientThatIsStoppedKeepsItsToolsAndStartsAgainWhenItIsCalled() {
    McpRegistry registry = registry(eager().idleLimit(INSTANT));
    registry.register("ray", Upstreams.definition("ray"));
    journal.await("ray", Kind.IDLE, 1);
    Aside.until("it is stopped", () -> upstreams.running() == 0);
    ClientView idle = view(registry, "ray");

    assertThat(idle.state()).isEqualTo(State.IDLE);
    assertThat(registry.tools()).extracting(tool -> tool.name()).contains("ray__echo");
    assertThat(call(registry, "ray")).isEqualTo("ray");
    // Once more each time that it was stopped again before the call got hold of it.
    assertThat(journal.of("ray"))
        .filteredOn(event -> event.kind() == Kind.READY)
        .hasSizeGreaterThan(1);
  }

  private static void holdWithoutListening(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        Aside.await(latch);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

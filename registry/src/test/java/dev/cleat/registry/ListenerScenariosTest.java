// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What listeners, callers and servers can do to a registry at the worst moment. The numbers are
 * those of the table in {@code docs/registry.md}.
 */
@ExtendWith(NoLeaks.class)
class ListenerScenariosTest {
  private final Aside aside = new Aside();
  private final EventJournal journal = new EventJournal();
  private final List<McpRegistry> registries = new ArrayList<>();

  private McpRegistry registry(RegistryListener... listeners) {
    return registry(RegistryConfig.builder(), listeners);
  }

  private McpRegistry registry(RegistryConfig.Builder config, RegistryListener... listeners) {
    RegistryBuilder builder = McpRegistry.builder().config(config.build());
    for (RegistryListener listener : listeners) {
      builder.listener(listener);
    }
    McpRegistry registry = builder.listener(journal).build();
    registries.add(registry);
    return registry;
  }

  @AfterEach
  void end() {
    registries.forEach(McpRegistry::close);
    aside.close();
  }

  private static RegistryListener on(Kind kind, Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    return event -> {
      if (event.kind() == kind && done.compareAndSet(false, true)) {
        action.run();
      }
    };
  }

  @Test
  void scenario18AListenerAndACloseThatThrowHarmNobodyElse() throws Exception {
    RegistryListener broken =
        event -> {
          throw new IllegalStateException("a listener that throws");
        };
    McpRegistry registry = registry(broken);
    FakeClient old =
        new FakeClient("old")
            .onClose(
                () -> {
                  throw new IllegalStateException("a close that throws");
                });
    registry.register("ray", old);
    registry.register("ray", new FakeClient("new"));

    journal.await("ray", Kind.CLOSED, 1);
    registry.close();

    old.assertClosedProperly();
    assertThat(journal.of("ray"))
        .filteredOn(event -> event.generation() == 1)
        .extracting(RegistryEvent::kind)
        .containsExactly(Kind.READY, Kind.DRAINING, Kind.CLOSED);
  }

  @Test
  void scenario18ATimerThatThrowsDoesNotStopTheOthers() throws Exception {
    Background background = new Background();
    CountDownLatch second = new CountDownLatch(1);
    try {
      var first =
          background.after(
              Duration.ZERO,
              () -> {
                throw new IllegalStateException("a timer that throws");
              });
      var next = background.after(Duration.ofMillis(1), second::countDown);
      Aside.await(second);
      first.run();
      next.run();
    } finally {
      background.close();
    }
  }

  @Test
  void scenario19AListenerMayReplaceRemoveAndCloseAndEventsStayInOrder() throws Exception {
    AtomicReference<McpRegistry> registry = new AtomicReference<>();
    List<FakeClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(new FakeClient("client " + i));
    }
    CountDownLatch closed = new CountDownLatch(1);
    RegistryListener restless =
        event -> {
          McpRegistry now = registry.get();
          if (event.kind() == Kind.READY && event.generation() < 4) {
            now.register("ray", clients.get((int) event.generation()));
          } else if (event.kind() == Kind.READY) {
            now.unregister("ray");
          } else if (event.kind() == Kind.REMOVED) {
            now.close();
            closed.countDown();
          }
        };
    registry.set(registry(restless));

    registry.get().register("ray", clients.get(0));
    Aside.await(closed);

    for (FakeClient client : clients) {
      client.assertClosedProperly();
    }
    Aside.until("all is told", () -> journal.count("ray", Kind.CLOSED) == 4);
    assertThat(journal.of("ray"))
        .filteredOn(event -> event.kind() == Kind.READY)
        .extracting(RegistryEvent::generation)
        .containsExactly(1L, 2L, 3L, 4L);
    for (long generation = 1; generation <= 4; generation++) {
      long number = generation;
      assertThat(journal.of("ray"))
          .filteredOn(event -> event.generation() == number)
          .extracting(RegistryEvent::kind)
          .containsExactly(Kind.READY, Kind.DRAINING, Kind.CLOSED);
    }
  }

  @Test
  void scenario19TwoListenersThatBothCloseDoNotWaitForEachOther() throws Exception {
    AtomicReference<McpRegistry> registry = new AtomicReference<>();
    CyclicBarrier together = new CyclicBarrier(2);
    CountDownLatch closed = new CountDownLatch(2);
    Runnable close =
        () -> {
          try {
            together.await(Aside.WATCHDOG_SECONDS, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          registry.get().close();
          closed.countDown();
        };
    registry.set(registry(on(Kind.READY, close), on(Kind.READY, close)));
    FakeClient client = new FakeClient("client");

    registry.get().register("ray", client);
    Aside.await(closed);

    client.assertClosedProperly();
  }

  @Test
  void scenario20ACallThatIsCancelledAsItsAnswerArrivesIsReleasedOnce() throws Exception {
    Random random = new Random(20_260_728L);
    McpRegistry registry = registry(RegistryConfig.builder().maxConcurrentCalls(4));
    try (Upstreams upstreams = new Upstreams();
        McpRegistry own = McpRegistry.builder().transport(upstreams).build()) {
      own.register("ray", Upstreams.definition("ray"));
      FakeClient fake = new FakeClient("fake");
      registry.register("fake", fake);
      int answered = 0;
      for (int i = 0; i < 500; i++) {
        CompletableFuture<ToolResult> call = own.callToolAsync(ToolCall.of("ray__echo", Map.of()));
        LockSupport.parkNanos(random.nextLong(TimeUnit.MICROSECONDS.toNanos(200)));
        if (!call.cancel(true)) {
          assertThat(call.join().text()).isEqualTo("ray");
          answered++;
        }
      }
      Aside.until(
          "nothing is held any more",
          () -> own.snapshot().client("ray").orElseThrow().holders() == 0);
      assertThat(own.snapshot().client("ray").orElseThrow().inFlight()).isZero();
      assertThat(own.callTool("ray__echo", Map.of()).text()).isEqualTo("ray");
      assertThat(upstreams.opened()).hasSize(1);
      assertThat(upstreams.last().calls.get()).isBetween(answered, 501);
    }
  }

  @Test
  void scenario20ACallThatTimesOutAsItsAnswerArrivesIsReleasedOnce() throws Exception {
    Random random = new Random(20_260_728L);
    try (Upstreams upstreams = new Upstreams();
        McpRegistry registry =
            McpRegistry.builder()
                .config(RegistryConfig.builder().breakerThreshold(0).build())
                .transport(upstreams)
                .build()) {
      registry.register("ray", Upstreams.definition("ray"));
      int late = 0;
      for (int i = 0; i < 300; i++) {
        ToolCall call =
            ToolCall.of("ray__echo", Map.of())
                .withTimeout(Duration.ofNanos(1 + random.nextLong(400_000)));
        try {
          assertThat(registry.callTool(call).text()).isEqualTo("ray");
        } catch (McpException.TimedOut e) {
          late++;
        }
      }
      assertThat(late).as("calls that timed out").isPositive();
      Aside.until(
          "nothing is held any more",
          () -> registry.snapshot().client("ray").orElseThrow().holders() == 0);
      assertThat(registry.callTool("ray__echo", Map.of()).text()).isEqualTo("ray");
      assertThat(upstreams.opened()).as("connections, one caller's limit evicts nobody").hasSize(1);
    }
  }

  @Test
  void scenario23AHungClientDelaysTheEndOnlyItsTimeAndTheOthersFinish() throws Exception {
    McpRegistry registry =
        registry(
            RegistryConfig.builder()
                .closeLimit(Duration.ofMillis(300))
                .forceLimit(Duration.ofMillis(300)));
    CountDownLatch go = new CountDownLatch(1);
    FakeClient hung = new FakeClient("hung").holdingCalls().onClose(() -> Aside.hold(go));
    List<FakeClient> fine = List.of(new FakeClient("a"), new FakeClient("b"));
    registry.register("hung", hung);
    List<Future<String>> running = new ArrayList<>();
    for (FakeClient client : fine) {
      client.holdingCalls();
      registry.register(client.toString(), client);
      running.add(aside.call(() -> registry.callTool(client + "__echo", Map.of()).text()));
      client.awaitCall();
    }
    Future<ToolResult> lost = aside.call(() -> registry.callTool("hung__echo", Map.of()));
    hung.awaitCall();

    Future<Void> closing = aside.run(registry::close);
    Future<Void> again = aside.run(registry::close);
    Aside.until("nothing is taken any more", () -> registry.tools().isEmpty());
    fine.forEach(FakeClient::letCallsFinish);

    for (int i = 0; i < fine.size(); i++) {
      assertThat(Aside.get(running.get(i))).isEqualTo(fine.get(i).toString());
      fine.get(i).assertClosedProperly();
    }
    Aside.get(closing);
    Aside.get(again);
    assertThat(lost.isDone()).as("its server is still at it").isFalse();
    assertThat(registry.snapshot().clients())
        .extracting(view -> view.namespace().value())
        .containsExactly("hung");
    go.countDown();
    assertThatThrownBy(() -> Aside.get(lost)).isInstanceOf(McpException.OutcomeUnknown.class);
  }

  @Test
  void scenario24AStormOfChangesDuringReplacementsIsBoundedAndNeverMixesClients() throws Exception {
    McpRegistry registry = registry();
    AtomicReference<FakeClient> current = new AtomicReference<>(client(0));
    registry.register("ray", current.get());
    registry.register("other", new FakeClient("other", "a0", "b0"));
    AtomicBoolean enough = new AtomicBoolean();
    Future<Integer> storm =
        aside.call(
            () -> {
              int said = 0;
              while (!enough.get()) {
                current.get().sayToolsChanged();
                said++;
              }
              return said;
            });
    Future<Void> reader =
        aside.run(
            () -> {
              while (!enough.get()) {
                List<String> suffixes =
                    registry.tools().stream()
                        .map(tool -> tool.name())
                        .filter(name -> name.startsWith("ray__"))
                        .map(name -> name.substring("ray__a".length()))
                        .toList();
                assertThat(suffixes).hasSize(2);
                assertThat(suffixes.get(0)).isEqualTo(suffixes.get(1));
              }
            });

    List<FakeClient> clients = new ArrayList<>(List.of(current.get()));
    for (int i = 1; i <= 50; i++) {
      FakeClient next = client(i);
      registry.register("ray", next);
      current.set(next);
      clients.add(next);
      int before = next.lists.get();
      Aside.until("the storm has reached it", () -> next.lists.get() > before);
    }
    enough.set(true);
    int said = Aside.get(storm);
    Aside.get(reader);

    int lists = clients.stream().mapToInt(client -> client.lists.get()).sum();
    assertThat(lists).as("lists for %s changes", said).isLessThanOrEqualTo(said + clients.size());
    assertThat(registry.callTool("ray__a50", Map.of()).text()).isEqualTo("client 50");
    assertThatThrownBy(() -> registry.callTool("ray__a0", Map.of()))
        .as("a tool of a client that is gone, whose name another client has too")
        .isInstanceOf(McpException.NotFound.class);
    registry.close();
    for (FakeClient client : clients) {
      client.assertClosedProperly();
    }
  }

  private static FakeClient client(int number) {
    return new FakeClient("client " + number, "a" + number, "b" + number);
  }
}

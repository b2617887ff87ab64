// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolResult;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What calls and leases see of a replacement: nothing, but for its limits. */
@ExtendWith(NoLeaks.class)
class ReplacementTest {
  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private FakeClient install(FakeClient client) {
    registry.register("ray", client);
    return client;
  }

  private String call() {
    return registry.callTool("ray__echo", Map.of()).text();
  }

  @Test
  void nothingFailsWhileAClientIsReplacedAHundredTimes() throws Exception {
    List<FakeClient> clients = new ArrayList<>();
    clients.add(install(new FakeClient("client 0")));
    AtomicBoolean enough = new AtomicBoolean();
    List<Future<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          aside.call(
              () -> {
                int calls = 0;
                while (!enough.get()) {
                  assertThat(call()).startsWith("client ");
                  calls++;
                }
                return calls;
              }));
    }

    for (int i = 1; i <= 100; i++) {
      FakeClient client = install(new FakeClient("client " + i));
      clients.add(client);
      Aside.await(client.called);
    }
    enough.set(true);

    int answers = 0;
    for (Future<Integer> caller : callers) {
      answers += Aside.get(caller);
    }
    registry.close();
    for (FakeClient client : clients) {
      client.assertClosedProperly();
    }
    assertThat(clients.stream().mapToInt(client -> client.calls.get()).sum()).isEqualTo(answers);
  }

  @Test
  void aLongCallFinishesOnTheOldClientWhileNewCallsGoToTheNewOne() throws Exception {
    FakeClient old = install(new FakeClient("old").holdingCalls());
    Future<String> running = aside.call(this::call);
    old.awaitCall();

    install(new FakeClient("new"));

    assertThat(call()).isEqualTo("new");
    assertThat(old.isClosed()).isFalse();
    old.letCallsFinish();
    assertThat(Aside.get(running)).isEqualTo("old");
    assertThat(old.awaitClosed().getName()).startsWith("cleat-registry-");
    old.assertClosedProperly();
  }

  @Test
  void aLeaseKeepsItsClientUntilItIsClosed() throws Exception {
    FakeClient old = install(new FakeClient("old"));
    Lease lease = registry.acquire("ray");
    FakeClient fresh = install(new FakeClient("new"));

    assertThat(lease.callTool("echo", Map.of()).text()).isEqualTo("old");
    assertThat(lease.peer().name()).isEqualTo("old");
    assertThat(lease.tools()).extracting(tool -> tool.name()).containsExactly("echo");
    assertThat(call()).isEqualTo("new");
    try (Lease newer = registry.acquire("ray")) {
      assertThat(newer.generation()).isGreaterThan(lease.generation());
    }
    assertThat(old.isClosed()).isFalse();

    lease.close();
    lease.close();

    old.assertClosedProperly();
    assertThat(fresh.isClosed()).isFalse();
    assertThatThrownBy(() -> lease.callTool("echo", Map.of()))
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("This lease of ray#1 is closed.");
  }

  @Test
  void aLeaseThatIsClosedUnderItsCallKeepsTheClientForTheCall() throws Exception {
    FakeClient old = install(new FakeClient("old").holdingCalls());
    Lease lease = registry.acquire("ray");
    Future<ToolResult> running = aside.call(() -> lease.callTool("echo", Map.of()));
    old.awaitCall();

    lease.close();
    install(new FakeClient("new"));

    assertThat(old.isClosed()).isFalse();
    old.letCallsFinish();
    assertThat(Aside.get(running).text()).isEqualTo("old");
    old.assertClosedProperly();
  }

  @Test
  void aCallThatOutlivesTheDrainLimitIsToldThatItMayHaveExecuted() throws Exception {
    RegistryConfig brief = RegistryConfig.builder().drainLimit(Duration.ofMillis(20)).build();
    try (McpRegistry impatient = McpRegistry.builder().config(brief).build()) {
      FakeClient old = new FakeClient("old").holdingCalls();
      impatient.register("ray", old);
      Future<ToolResult> running = aside.call(() -> impatient.callTool("ray__echo", Map.of()));
      old.awaitCall();

      impatient.register("ray", new FakeClient("new"));

      assertThatThrownBy(() -> Aside.get(running))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
      old.awaitClosed();
      assertThat(old.closings).hasValue(1);
      assertThat(impatient.callTool("ray__echo", Map.of()).text()).isEqualTo("new");
    }
  }

  @Test
  void aDrainLimitOfForEverIsOne() throws Exception {
    RegistryConfig patient =
        RegistryConfig.builder().drainLimit(Duration.ofSeconds(Long.MAX_VALUE)).build();
    try (McpRegistry slow = McpRegistry.builder().config(patient).build()) {
      FakeClient old = new FakeClient("old");
      FakeClient fresh = new FakeClient("new");
      slow.register("ray", old);
      Lease lease = slow.acquire("ray");

      slow.register("ray", fresh);

      assertThat(fresh.isClosed()).isFalse();
      assertThat(lease.callTool("echo", Map.of()).text()).isEqualTo("old");
      lease.close();
      old.assertClosedProperly();
    }
  }

  /** Clients whose next reader of the directory stops there until it is let go. */
  private static final class Parking extends LoneClients {
    final CountDownLatch parked = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean parkNext = new AtomicBoolean();

    void parkNextReader() {
      parkNext.set(true);
    }

    @Override
    Directory directory() {
      Directory read = super.directory();
      if (parkNext.compareAndSet(true, false)) {
        parked.countDown();
        Aside.hold(go);
      }
      return read;
    }
  }

  @Test
  void aCallerThatHasReadTheOldClientIsServedByTheNewOne() throws Exception {
    Parking clients = new Parking();
    Namespace ray = Namespace.of("ray");
    FakeClient old = new FakeClient("old");
    clients.register(ray, () -> old);
    clients.parkNextReader();
    Future<Generation> holding = aside.call(() -> clients.hold(ray));
    Aside.await(clients.parked);

    clients.register(ray, () -> new FakeClient("new"));
    old.assertClosedProperly();
    clients.go.countDown();

    Generation held = Aside.get(holding);
    assertThat(held.client()).hasToString("new");
    held.release();
    clients.close();
  }

  @Test
  void aCallerThatHasReadARemovedClientIsToldThatItIsGone() throws Exception {
    Parking clients = new Parking();
    Namespace ray = Namespace.of("ray");
    clients.register(ray, () -> new FakeClient("old"));
    clients.parkNextReader();
    Future<Generation> holding = aside.call(() -> clients.hold(ray));
    Aside.await(clients.parked);

    clients.remove(ray, false);
    clients.go.countDown();

    assertThatThrownBy(() -> Aside.get(holding)).isInstanceOf(McpException.NotFound.class);
    clients.close();
  }

  @Test
  void aCallThatWasNotSentIsMadeOnTheNewClientOnce() throws Exception {
    CountDownLatch beforeWrite = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    install(
        new FakeClient("old")
            .onCall(
                call -> {
                  beforeWrite.countDown();
                  Aside.hold(go);
                  throw new McpException.NotSent("The connection is gone.");
                }));
    Future<String> running = aside.call(this::call);
    Aside.await(beforeWrite);

    FakeClient fresh = install(new FakeClient("new"));
    go.countDown();

    assertThat(Aside.get(running)).isEqualTo("new");
    assertThat(fresh.calls).hasValue(1);
  }

  @Test
  void aCallWhoseClientIsClosedBeforeItIsMadeGoesToTheNewOne() throws Exception {
    CountDownLatch beforeWrite = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    install(
        new FakeClient("old")
            .onCall(
                call -> {
                  beforeWrite.countDown();
                  Aside.hold(go);
                  throw new McpException.Closed("The client is closed.");
                }));
    Future<String> running = aside.call(this::call);
    Aside.await(beforeWrite);

    install(new FakeClient("new"));
    go.countDown();

    assertThat(Aside.get(running)).isEqualTo("new");
  }

  @Test
  void aCallThatWasNotSentFailsWhenThereIsNoOtherClient() {
    FakeClient only =
        install(
            new FakeClient("only")
                .onCall(
                    call -> {
                      throw new McpException.NotSent("The peer does not read.");
                    }));

    assertThatThrownBy(this::call)
        .isInstanceOf(McpException.NotSent.class)
        .hasMessage("The peer does not read.");
    assertThat(only.calls).hasValue(1);
  }

  @Test
  void aCallIsTriedAgainOnlySoOften() {
    List<FakeClient> tried = new ArrayList<>();
    install(replacingItself(tried));

    assertThatThrownBy(this::call).isInstanceOf(McpException.NotSent.class);

    assertThat(tried).hasSize(1 + RegistryConfig.defaults().maxResends());
  }

  /** A client that is replaced by the same kind whenever it is called, and does not send. */
  private FakeClient replacingItself(List<FakeClient> tried) {
    FakeClient client = new FakeClient("client " + tried.size());
    return client.onCall(
        call -> {
          tried.add(client);
          install(replacingItself(tried));
          throw new McpException.NotSent("not today");
        });
  }

  @Test
  void aCallThatWasSentIsNeverMadeAgain() throws Exception {
    FakeClient old = install(new FakeClient("old").holdingCalls());
    Future<String> running = aside.call(this::call);
    old.awaitCall();
    FakeClient fresh = install(new FakeClient("new"));

    old.lose("the process exited with code 137.");

    assertThatThrownBy(() -> Aside.get(running)).isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(fresh.calls).hasValue(0);
    old.assertClosedProperly();
  }

  @Test
  void aCallerThatIsInterruptedLetsGoOfItsClientAndOfNothingElse() throws Exception {
    FakeClient old = install(new FakeClient("old").holdingCalls());
    Future<String> staying = aside.call(this::call);
    old.awaitCall();
    CountDownLatch ready = new CountDownLatch(1);
    Future<Thread> thread =
        aside.call(
            () -> {
              ready.countDown();
              assertThatThrownBy(this::call)
                  .isInstanceOfSatisfying(
                      McpException.Cancelled.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
              assertThat(Thread.interrupted()).isTrue();
              return Thread.currentThread();
            });
    Aside.await(ready);
    Aside.until("both calls run", () -> old.running.get() == 2);
    Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("test-aside-2"))
        .forEach(Thread::interrupt);
    Aside.get(thread);

    assertThat(registry.snapshot().clients().get(0).holders()).isEqualTo(1);
    assertThat(old.isClosed()).isFalse();
    old.letCallsFinish();
    assertThat(Aside.get(staying)).isEqualTo("old");
    assertThat(registry.snapshot().clients().get(0).holders()).isZero();
  }

  @Test
  void aRemovedClientFinishesItsCallsAndTakesNoMore() throws Exception {
    FakeClient old = install(new FakeClient("old").holdingCalls());
    Future<String> running = aside.call(this::call);
    old.awaitCall();

    assertThat(registry.unregister("ray")).isTrue();
    assertThat(registry.unregister("ray")).isFalse();

    assertThatThrownBy(this::call).isInstanceOf(McpException.NotFound.class);
    old.letCallsFinish();
    assertThat(Aside.get(running)).isEqualTo("old");
    old.assertClosedProperly();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of calls when their client goes, and another one is on its way. */
@ExtendWith(NoLeaks.class)
class RecoveryTest {
  /** The two ways to call. */
  enum Way {
    BLOCKING,
    ASYNC
  }

  private final Aside aside = new Aside();
  private final LiveSupervision all = new LiveSupervision();

  @AfterEach
  void end() {
    all.close();
    aside.close();
  }

  private ToolResult call(Way way, ToolCall call) throws Exception {
    return way == Way.BLOCKING ? all.call(call) : Aside.get(all.callAsync(call));
  }

  private ToolResult call(Way way) throws Exception {
    return call(way, ToolCall.of("echo", Map.of()));
  }

  private static Tool echo(ToolHints hints) {
    return new Tool(
        "echo", Optional.empty(), "", Schema.anyObject(), Optional.empty(), hints, Map.of());
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatFindsItsClientLostGoesToTheNextOne(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    all.register(old);
    all.next(new FakeClient("new"));
    old.lose("it was killed");

    assertThat(call(way).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatCouldNotBeSentGoesToTheNextOneOnce(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    old.onCall(
        call -> {
          old.lose("it was killed");
          throw new McpException.NotSent("The pipe is broken.");
        });
    FakeClient fresh = new FakeClient("new");
    all.register(old);
    all.next(fresh);

    assertThat(call(way).text()).isEqualTo("new");
    assertThat(fresh.calls).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatCouldNotBeSentWaitsForTheNewsThatItsClientHasEnded(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    CountDownLatch refused = new CountDownLatch(1);
    old.onCall(
        call -> {
          refused.countDown();
          throw new McpException.NotSent("The pipe is broken.");
        });
    all.register(old);
    all.next(new FakeClient("new"));
    Future<ToolResult> calling = aside.call(() -> call(way));
    Aside.await(refused);

    old.lose("it was killed");

    assertThat(Aside.get(calling).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatALivingClientDoesNotSendIsNotSentAgain(Way way) throws Exception {
    FakeClient deaf = new FakeClient("deaf");
    deaf.onCall(
        call -> {
          throw new McpException.NotSent("The peer does not read.");
        });
    all.register(deaf);

    assertThatThrownBy(() -> call(way))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("does not read");
    assertThat(all.inFlight()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whatAToolThrowsThatIsNoTroubleOfTheProtocolComesOutAsItIs(Way way) throws Exception {
    FakeClient broken = new FakeClient("broken");
    broken.onCall(
        call -> {
          throw new IllegalStateException("a fault");
        });
    all.register(broken);

    assertThatThrownBy(() -> call(way))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a fault");
    assertThat(all.inFlight()).as("what it had taken is free again").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatWasSentIsNotRepeatedAndSaysWhereItWasLost(Way way) throws Exception {
    FakeClient old = new FakeClient("old").holdingCalls();
    FakeClient fresh = new FakeClient("new");
    all.register(old);
    long generation = all.generation();
    all.next(fresh);
    Future<ToolResult> calling = aside.call(() -> call(way));
    old.awaitCall();

    old.lose("it was killed");

    assertThatThrownBy(() -> Aside.get(calling))
        .isInstanceOfSatisfying(
            McpException.OutcomeUnknown.class,
            unknown -> {
              assertThat(unknown.namespace()).contains(LiveSupervision.RAY);
              assertThat(unknown.generation()).hasValue(generation);
            });
    all.await(State.READY);
    assertThat(fresh.calls).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatDoesNoHarmTwiceIsRepeatedIfItsCallerAllowsIt(Way way) throws Exception {
    FakeClient old =
        new FakeClient("old").offering(echo(new ToolHints(false, true, true, true))).holdingCalls();
    FakeClient fresh = new FakeClient("new");
    all.register(old);
    all.next(fresh);
    Future<ToolResult> calling =
        aside.call(() -> call(way, ToolCall.of("echo", Map.of()).withRepeatable(true)));
    old.awaitCall();

    old.lose("it was killed");

    assertThat(Aside.get(calling).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @EnumSource
  void aCallerCannotAllowWhatItsToolDoesNotBear(Way way) throws Exception {
    FakeClient old = new FakeClient("old").holdingCalls();
    all.register(old);
    all.next(new FakeClient("new"));
    Future<ToolResult> calling =
        aside.call(() -> call(way, ToolCall.of("echo", Map.of()).withRepeatable(true)));
    old.awaitCall();

    old.lose("it was killed");

    assertThatThrownBy(() -> Aside.get(calling)).isInstanceOf(McpException.OutcomeUnknown.class);
  }

  @ParameterizedTest
  @EnumSource
  void aCallDoesNotWaitLongerThanItMayForAClient(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    all.register(old);
    CountDownLatch never = all.nextNever();
    old.lose("it was killed");

    assertThatThrownBy(
            () -> call(way, ToolCall.of("echo", Map.of()).withTimeout(Duration.ofMillis(50))))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, late -> assertThat(late.mayHaveExecuted()).isFalse());
    never.countDown();
  }

  @ParameterizedTest
  @EnumSource
  void aCallToWhatCannotComeBackSaysWhy(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    all.register(old);
    all.nextFails("the disk is full");
    old.lose("it was killed");

    assertThatThrownBy(() -> call(way))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("the disk is full");
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatWaitsForAClientCanBeCancelled(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    all.register(old);
    CountDownLatch never = all.nextNever();
    old.lose("it was killed");

    if (way == Way.BLOCKING) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> call(way))
          .isInstanceOfSatisfying(
              McpException.Cancelled.class,
              cancelled -> assertThat(cancelled.mayHaveExecuted()).isFalse());
      assertThat(Thread.interrupted()).isTrue();
    } else {
      CompletableFuture<ToolResult> calling = all.callAsync(ToolCall.of("echo", Map.of()));
      assertThat(calling.cancel(true)).isTrue();
    }
    assertThat(all.inFlight()).as("what it had taken is free again").isZero();
    never.countDown();
  }

  @ParameterizedTest
  @EnumSource
  void aCallToANamespaceThatIsRemovedWhileItWaitsIsRefused(Way way) throws Exception {
    FakeClient old = new FakeClient("old");
    all.register(old);
    CountDownLatch never = all.nextNever();
    old.lose("it was killed");
    Future<ToolResult> calling = aside.call(() -> call(way));
    Aside.until("it waits", () -> all.inFlight() == 1);

    all.remove();

    assertThatThrownBy(() -> Aside.get(calling)).isInstanceOf(McpException.NotFound.class);
    never.countDown();
  }

  @ParameterizedTest
  @EnumSource
  void callsOverTheLimitWaitForTheirTurnAndThenGetTheNewestClient(Way way) throws Exception {
    FakeClient old = new FakeClient("old").holdingCalls();
    all.limitCallsToOne();
    all.register(old);
    Future<ToolResult> first = aside.call(() -> call(way));
    old.awaitCall();
    List<Future<ToolResult>> queued = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      queued.add(aside.call(() -> call(way)));
    }
    Aside.until("they wait", () -> all.queued() == 3);

    all.replaceBy(new FakeClient("new"));
    old.letCallsFinish();

    assertThat(Aside.get(first).text()).isEqualTo("old");
    for (Future<ToolResult> call : queued) {
      assertThat(Aside.get(call).text()).isEqualTo("new");
    }
    old.assertClosedProperly();
  }
}

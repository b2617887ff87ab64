// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.spi.Protocol;
import dev.cleat.testkit.NoLeaks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the end of a call says of its server, and what becomes of calls that end oddly. */
@ExtendWith(NoLeaks.class)
class CallsTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ToolCall ECHO = ToolCall.of("ray__echo", Map.of());
  private static final ToolHints IDEMPOTENT = new ToolHints(false, true, true, true);

  private final Aside aside = new Aside();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final McpRegistry registry =
      McpRegistry.builder()
          .meters(meters)
          .config(
              RegistryConfig.builder()
                  .breakerThreshold(1)
                  .breakerPause(Duration.ofHours(1))
                  .maxResends(1)
                  .build())
          .build();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private static Tool echo(ToolHints hints) {
    return new Tool(
        "echo", Optional.empty(), "", Schema.anyObject(), Optional.empty(), hints, Map.of());
  }

  private FakeClient failing(McpException failure) {
    FakeClient client =
        new FakeClient("ray")
            .onCall(
                call -> {
                  throw failure;
                });
    registry.register("ray", client);
    return client;
  }

  private BreakerState breaker() {
    return registry.snapshot().client("ray").orElseThrow().breaker();
  }

  private long ended(String outcome) {
    return meters.get("cleat.registry.calls").tag("outcome", outcome).timer().count();
  }

  private void assertNothingIsHeld() {
    assertThat(registry.snapshot().client("ray").orElseThrow().inFlight()).isZero();
    // Whoever lists what it offers holds it too, in the background.
    Aside.until(
        "nobody holds the client",
        () -> registry.snapshot().client("ray").orElseThrow().holders() == 0);
  }

  @Test
  void aServerThatAnswersWithAnErrorIsWell() {
    failing(new McpException.Protocol(Protocol.INTERNAL_ERROR, "a fault", Optional.empty()));

    assertThatThrownBy(() -> registry.callTool(ECHO)).isInstanceOf(McpException.Protocol.class);

    assertThat(breaker()).isEqualTo(BreakerState.CLOSED);
    assertThat(ended("failed")).isEqualTo(1);
  }

  @Test
  void anErrorIsAnAnswerAfterWhichMissingOnesAreCountedAnew() {
    FakeClient client =
        failing(new McpException.Protocol(Protocol.INTERNAL_ERROR, "a fault", Optional.empty()));
    Gate gate = registry.parts().clients.gates().find(RAY);
    gate.settings(new GateSettings(64, 64, 2, Duration.ofHours(1)));
    McpException.TimedOut late = new McpException.TimedOut("echo", Duration.ofSeconds(1), true);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> registry.callTool(ECHO)).isInstanceOf(McpException.Protocol.class);
      client.onCall(
          call -> {
            throw late;
          });
      assertThatThrownBy(() -> registry.callTool(ECHO)).isSameAs(late);
      client.onCall(
          call -> {
            throw new McpException.Protocol(Protocol.INTERNAL_ERROR, "a fault", Optional.empty());
          });
    }

    assertThat(breaker()).as("two in a row would open it").isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void anAnswerThatIsLostWhileTheConnectionStandsCountsAsMissing() {
    failing(new McpException.OutcomeUnknown("The stream of the answer broke."));

    assertThatThrownBy(() -> registry.callTool(ECHO))
        .isInstanceOfSatisfying(
            McpException.OutcomeUnknown.class,
            unknown -> assertThat(unknown.namespace()).contains(RAY));

    assertThat(breaker()).isEqualTo(BreakerState.OPEN);
    assertThat(ended("unknown")).isEqualTo(1);
    assertThatThrownBy(() -> registry.callTool(ECHO)).isInstanceOf(McpException.NotSent.class);
  }

  @Test
  void anAnswerThatIsLostWithTheConnectionSaysNothingOfTheNextOne() {
    FakeClient client = new FakeClient("ray");
    client.onCall(
        call -> {
          client.lose("it was killed");
          throw new McpException.OutcomeUnknown("The call was sent.");
        });
    registry.register("ray", client);

    assertThatThrownBy(() -> registry.callTool(ECHO))
        .isInstanceOf(McpException.OutcomeUnknown.class);

    assertThat(breaker()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void anAnswerThatIsLostByAClientThatIsReplacedMeanwhileSaysNothingOfTheNextOne() {
    FakeClient old = new FakeClient("old");
    old.onCall(
        call -> {
          registry.register("ray", new FakeClient("new"));
          throw new McpException.OutcomeUnknown("The stream of the answer broke.");
        });
    registry.register("ray", old);

    assertThatThrownBy(() -> registry.callTool(ECHO))
        .isInstanceOf(McpException.OutcomeUnknown.class);

    assertThat(breaker()).isEqualTo(BreakerState.CLOSED);
    assertThat(registry.callTool(ECHO).text()).isEqualTo("new");
  }

  @Test
  void aCallWithoutAnyResultCountsAsFailed() throws Exception {
    FakeClient client =
        new FakeClient("ray").onAsyncCall(call -> CompletableFuture.completedFuture(null));
    registry.register("ray", client);

    assertThat(Aside.get(registry.callToolAsync(ECHO))).isNull();

    assertThat(ended("failed")).isEqualTo(1);
    assertNothingIsHeld();
  }

  @Test
  void whatMayBeRepeatedIsNotWhenItsNamespaceIsGone() {
    FakeClient client = new FakeClient("ray").offering(echo(IDEMPOTENT));
    client.onCall(
        call -> {
          assertThat(registry.unregister("ray")).isTrue();
          throw new McpException.OutcomeUnknown("The stream of the answer broke.");
        });
    registry.register("ray", client);

    assertThatThrownBy(() -> registry.callTool(ECHO.withRepeatable(true)))
        .isInstanceOf(McpException.OutcomeUnknown.class);

    assertThat(client.calls).hasValue(1);
  }

  @Test
  void whatWasNotSentIsNotSentAgainWhenItsNamespaceIsGone() {
    FakeClient client = new FakeClient("ray");
    client.onCall(
        call -> {
          assertThat(registry.unregister("ray")).isTrue();
          throw new McpException.NotSent("The pipe is broken.");
        });
    registry.register("ray", client);

    assertThatThrownBy(() -> registry.callTool(ECHO))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("The pipe is broken.");
  }

  @Test
  void aCallIsSentAgainNoMoreOftenThanAllowed() {
    for (boolean async : new boolean[] {false, true}) {
      FakeClient last = new FakeClient("last");
      FakeClient second = replacedDuringItsCallBy(last);
      FakeClient first = replacedDuringItsCallBy(second);
      registry.register("ray", first);

      assertThatThrownBy(
              () ->
                  Aside.get(
                      async
                          ? registry.callToolAsync(ECHO)
                          : aside.call(() -> registry.callTool(ECHO))))
          .isInstanceOf(McpException.NotSent.class)
          .hasMessageContaining("broken");

      assertThat(second.calls).as("once again").hasValue(1);
      assertThat(last.calls).as("and no more").hasValue(0);
    }
    assertThat(meters.get("cleat.registry.resends").counter().count()).isEqualTo(2);
  }

  private FakeClient replacedDuringItsCallBy(FakeClient next) {
    return new FakeClient("replaced")
        .onCall(
            call -> {
              registry.register("ray", next);
              throw new McpException.NotSent("The pipe is broken.");
            });
  }

  @Test
  void whoIsInterruptedWhileACallIsToBeSentAgainStopsWaiting() throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    FakeClient deaf =
        new FakeClient("deaf")
            .onCall(
                call -> {
                  refused.countDown();
                  Thread.currentThread().interrupt();
                  throw new McpException.NotSent("The pipe is broken.");
                });
    registry.register("ray", deaf);
    Future<Boolean> calling =
        aside.call(
            () -> {
              assertThatThrownBy(() -> registry.callTool(ECHO))
                  .isInstanceOf(McpException.NotSent.class);
              return Thread.interrupted();
            });
    Aside.await(refused);

    assertThat(Aside.get(calling)).as("it is still known that it was interrupted").isTrue();
  }

  @Test
  void whyThereIsNoClientToHoldIsKnown() {
    Calls calls = registry.parts().calls;
    assertThatThrownBy(() -> Aside.get(calls.awaited(RAY)))
        .isInstanceOf(McpException.NotFound.class);
    FakeClient client = new FakeClient("ray");
    registry.register("ray", client);
    assertThat(calls.awaited(RAY)).as("there is one").isCompleted();

    client.lose("it was killed");

    assertThatThrownBy(() -> Aside.get(calls.awaited(RAY)))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("it was killed");
  }

  @Test
  void aCallToANamespaceThatIsGoneByNowIsRefusedInItsFuture() {
    CompletableFuture<ToolResult> calling =
        RoutedCall.start(registry.parts().calls, RAY, ToolCall.of("echo", Map.of()));

    assertThatThrownBy(() -> Aside.get(calling))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessageContaining("ray");
  }

  @Test
  void aClientThatThrowsInsteadOfCallingDoesNotKeepItsCall() {
    FakeClient broken =
        new FakeClient("ray")
            .onAsyncCall(
                call -> {
                  throw new IllegalStateException("a fault of the client");
                });
    registry.register("ray", broken);

    assertThatThrownBy(() -> Aside.get(registry.callToolAsync(ECHO)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a fault of the client");

    assertNothingIsHeld();
  }

  /** What a client gives out that does not heed a cancellation. */
  private static final class Deaf extends CompletableFuture<ToolResult> {
    @Override
    public boolean cancel(boolean mayInterrupt) {
      return false;
    }
  }

  @Test
  void aCancelledCallIsNotSentAgain() {
    Deaf answer = new Deaf();
    FakeClient old = new FakeClient("old").onAsyncCall(call -> answer);
    FakeClient fresh = new FakeClient("new");
    registry.register("ray", old);
    CompletableFuture<ToolResult> calling = registry.callToolAsync(ECHO);
    registry.register("ray", fresh);

    assertThat(calling.cancel(true)).isTrue();
    answer.completeExceptionally(new McpException.NotSent("The pipe is broken."));

    assertThat(calling).isCancelled();
    assertThat(fresh.calls).hasValue(0);
    assertThat(registry.snapshot().client("ray").orElseThrow().inFlight()).isZero();
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsForTheEndOfItsClientIsNotSentAgain() throws Exception {
    FakeClient old =
        new FakeClient("old")
            .onCall(
                call -> {
                  throw new McpException.NotSent("The pipe is broken.");
                });
    FakeClient fresh = new FakeClient("new");
    registry.register("ray", old);
    CompletableFuture<ToolResult> calling = registry.callToolAsync(ECHO);
    assertThat(calling).as("it waits for the news that its client has ended").isNotDone();

    assertThat(calling.cancel(true)).isTrue();
    registry.register("ray", fresh);
    old.lose("it was killed");

    Aside.until(
        "its place is free again",
        () -> registry.snapshot().client("ray").orElseThrow().inFlight() == 0);
    assertThat(calling).isCancelled();
    assertThat(fresh.calls).hasValue(0);
    old.assertClosedProperly();
  }
}

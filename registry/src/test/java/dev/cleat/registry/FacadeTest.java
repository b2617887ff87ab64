// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Access;
import dev.cleat.CallListener;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an embedder calls, all together. */
@ExtendWith(NoLeaks.class)
class FacadeTest {
  private static final Namespace RAY = Namespace.of("ray");

  private final Aside aside = new Aside();
  private final Upstreams upstreams = new Upstreams();
  private final Wanted wanted = new Wanted();
  private final List<RegistryEvent> events = new CopyOnWriteArrayList<>();
  private final McpRegistry registry =
      McpRegistry.builder()
          .transport(upstreams)
          .source(wanted)
          .listener(events::add)
          .config(
              RegistryConfig.builder()
                  .breakerThreshold(1)
                  .breakerPause(Duration.ofMillis(1))
                  .reconnectDelay(Duration.ofHours(1))
                  .reconnectCap(Duration.ofHours(1))
                  .build())
          .build();

  @AfterEach
  void end() {
    registry.close();
    upstreams.close();
    aside.close();
  }

  @Test
  void aToolOfManyIsCalledAndWhoDoesNotAnswerIsNamed() {
    registry.register("a", new FakeClient("a"));
    registry.register("b", new FakeClient("b", "other"));
    FakeClient broken = new FakeClient("c");
    registry.register("c", broken);
    broken.lose("it was killed");
    List<Double> heard = new ArrayList<>();
    CallListener counting =
        new CallListener() {
          @Override
          public void progress(double done, double total, String message) {
            heard.add(done);
          }
        };

    FanOutResult all = registry.fanOut(Selector.all(), "echo", Map.of());
    FanOutResult some =
        registry.fanOut(
            Selector.of("a", "nobody"),
            ToolCall.of("echo", Map.of()).withListener(counting),
            FanOutOptions.defaults());

    assertThat(all.answers().keySet()).containsExactly(Namespace.of("a"));
    assertThat(all.missing().keySet()).containsExactly(Namespace.of("b"), Namespace.of("c"));
    assertThat(all.missing().get(Namespace.of("c")).message()).contains("it was killed");
    assertThat(some.answers()).containsOnlyKeys(Namespace.of("a"));
    assertThat(some.missing()).containsOnlyKeys(Namespace.of("nobody"));
    assertThat(heard).containsExactly(1.0, 2.0);
  }

  @Test
  void whoWasNeverConnectedIsAskedToo() {
    wanted.with("ray", Upstreams.definition("ray"));

    FanOutResult result = registry.fanOut(Selector.of("ray"), "echo", Map.of());

    assertThat(result.answers()).containsOnlyKeys(RAY);
  }

  @Test
  void aCallWithoutAThreadAnswersOrSaysWhyNot() throws Exception {
    registry.register("ray", new FakeClient("ray"));

    assertThat(Aside.get(registry.callToolAsync(ToolCall.of("ray__echo", Map.of()))).text())
        .isEqualTo("ray");
    assertThatThrownBy(
            () -> Aside.get(registry.callToolAsync(ToolCall.of("ray__nothing", Map.of()))))
        .isInstanceOf(McpException.NotFound.class);

    registry.close();
    assertThatThrownBy(() -> Aside.get(registry.callToolAsync(ToolCall.of("ray__echo", Map.of()))))
        .isInstanceOf(McpException.Closed.class);
  }

  @Test
  void aCallByNameWaitsForWhatWasNeverConnected() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    upstreams.onOpen(name -> Aside.hold(go));
    wanted.with("ray", Upstreams.definition("ray"));

    assertThat(registry.awaitSettled(Duration.ofMillis(1))).isFalse();
    assertThat(registry.asToolSet().readiness())
        .containsExactly(new Readiness("ray", false, "it is being connected"));
    Future<ToolResult> calling = aside.call(() -> registry.callTool("ray__echo", Map.of()));
    Future<Lease> leasing = aside.call(() -> registry.acquire("ray"));
    go.countDown();

    assertThat(Aside.get(calling).text()).isEqualTo("ray");
    Aside.get(leasing).close();
    assertThat(registry.awaitSettled(Duration.ofDays(100_000))).isTrue();
    assertThatThrownBy(() -> registry.callTool("ray__nothing", Map.of()))
        .isInstanceOf(McpException.NotFound.class);
    assertThatThrownBy(() -> registry.acquire("nobody"))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessageContaining("ray");
  }

  @Test
  void promptsAndResourcesAreOffered() {
    registry.register(
        "ray",
        new OfferingClient("ray").resources("test://a").prompts(OfferingClient.prompt("review")));

    assertThat(registry.prompts()).extracting(Prompt::name).containsExactly("ray__review");
    assertThat(registry.resources()).extracting(Resource::uri).containsExactly("test://a");
    assertThatThrownBy(() -> registry.getPrompt("ray__other", Map.of(), CallListener.NONE))
        .isInstanceOf(McpException.NotFound.class);
    assertThatThrownBy(() -> registry.readResource("test://b", CallListener.NONE))
        .isInstanceOf(McpException.NotFound.class);
  }

  @Test
  void aBreakerThatOpensAndClosesIsShownAndTold() throws Exception {
    FakeClient client = new FakeClient("ray");
    client.onCall(
        call -> {
          throw new McpException.TimedOut("echo", Duration.ofSeconds(1), true);
        });
    registry.register("ray", client);
    ToolCall echo = ToolCall.of("ray__echo", Map.of());
    assertThatThrownBy(() -> registry.callTool(echo)).isInstanceOf(McpException.TimedOut.class);
    assertThat(breaker()).isEqualTo(BreakerState.OPEN);

    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch probing = new CountDownLatch(1);
    client.onCall(
        call -> {
          probing.countDown();
          Aside.hold(go);
        });
    Future<ToolResult> probe =
        aside.call(
            () -> {
              while (true) {
                try {
                  return registry.callTool(echo);
                } catch (McpException.NotSent paused) {
                  Thread.onSpinWait();
                }
              }
            });
    Aside.await(probing);
    assertThat(breaker()).isEqualTo(BreakerState.HALF_OPEN);
    go.countDown();

    assertThat(Aside.get(probe).text()).isEqualTo("ray");
    assertThat(breaker()).isEqualTo(BreakerState.CLOSED);
    Aside.until("all is told", () -> kinds().contains(Kind.BREAKER_CLOSED));
    assertThat(kinds())
        .containsSubsequence(
            Kind.READY, Kind.BREAKER_OPEN, Kind.BREAKER_HALF_OPEN, Kind.BREAKER_CLOSED);
  }

  private BreakerState breaker() {
    return registry.snapshot().client("ray").orElseThrow().breaker();
  }

  private List<Kind> kinds() {
    return events.stream().map(RegistryEvent::kind).toList();
  }

  @Test
  void aCallThatWaitsForItsTurnCanBeCancelledOrTimeOut() throws Exception {
    FakeClient client = new FakeClient("ray").holdingCalls();
    try (McpRegistry narrow =
        McpRegistry.builder()
            .config(RegistryConfig.builder().maxConcurrentCalls(1).maxQueuedCalls(1).build())
            .build()) {
      narrow.register("ray", client);
      Future<ToolResult> first = aside.call(() -> narrow.callTool("ray__echo", Map.of()));
      client.awaitCall();
      CompletableFuture<ToolResult> second =
          narrow.callToolAsync(ToolCall.of("ray__echo", Map.of()));
      CompletableFuture<ToolResult> third =
          narrow.callToolAsync(ToolCall.of("ray__echo", Map.of()));

      assertThatThrownBy(() -> Aside.get(third))
          .isInstanceOf(McpException.NotSent.class)
          .hasMessageContaining("1");
      assertThat(second.cancel(true)).isTrue();
      assertThat(narrow.snapshot().client("ray").orElseThrow().queued()).isZero();
      assertThatThrownBy(
              () ->
                  narrow.callTool(
                      ToolCall.of("ray__echo", Map.of()).withTimeout(Duration.ofMillis(5))))
          .isInstanceOf(McpException.TimedOut.class);

      client.letCallsFinish();
      assertThat(Aside.get(first).text()).isEqualTo("ray");
    }
    assertThat(client.calls).hasValue(1);
  }

  @Test
  void aCallWithoutAThreadThatRunsCanBeCancelled() throws Exception {
    wanted.with("ray", Upstreams.definition("ray"));
    CompletableFuture<ToolResult> calling =
        registry.callToolAsync(ToolCall.of("ray__hold", Map.of()));
    Aside.until("it runs", () -> registry.snapshot().client("ray").orElseThrow().holders() == 1);

    assertThat(calling.cancel(true)).isTrue();

    Aside.until(
        "nobody holds the client",
        () -> registry.snapshot().client("ray").orElseThrow().holders() == 0);
    Aside.until(
        "its place is free", () -> registry.snapshot().client("ray").orElseThrow().inFlight() == 0);
  }

  @Test
  void whatIsOfferedIsGotAndRead() {
    registry.register(
        "ray",
        new OfferingClient("ray").resources("test://a").prompts(OfferingClient.prompt("review")));
    assertThat(registry.prompts()).hasSize(1);
    assertThat(registry.resources()).hasSize(1);

    assertThat(registry.getPrompt("ray__review", Map.of("a", "b"), CallListener.NONE))
        .isEqualTo(PromptResult.text("ray review {a=b}"));
    assertThat(registry.readResource("test://a", CallListener.NONE))
        .containsExactly(ResourceContents.text("test://a", "text/plain", "ray"));
  }

  @Test
  void behindASearchOnlyTheToolsOfThisProcessAreListed() {
    ManySet own = new ManySet();
    own.add("roll", (call, context) -> ToolResult.text("six"));
    registry.register("ray", new FakeClient("ray", "list_jobs"));
    registry.registerTools("own", own);

    ToolSet searched = registry.asSearchToolSet(Access.DESTRUCTIVE);

    assertThat(searched.tools())
        .extracting(ServedTool::name)
        .containsExactly("search_tools", "call_tool", "roll");
    assertThat(searched.find("ray__list_jobs")).isPresent();
    assertThat(registry.asSearchToolSet(Access.READ_ONLY).find("nothing")).isEmpty();
  }
}

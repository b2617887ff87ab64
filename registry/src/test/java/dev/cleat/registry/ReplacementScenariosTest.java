// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Message;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What can go wrong while clients are replaced, lost and removed. The numbers are those of the
 * table in {@code docs/registry.md}.
 */
@ExtendWith(NoLeaks.class)
class ReplacementScenariosTest {
  private final Aside aside = new Aside();
  private final Upstreams upstreams = new Upstreams();
  private final EventJournal journal = new EventJournal();
  private final McpRegistry registry = registry(RegistryConfig.defaults());

  private McpRegistry registry(RegistryConfig config) {
    return McpRegistry.builder().config(config).transport(upstreams).listener(journal).build();
  }

  @AfterEach
  void end() {
    registry.close();
    upstreams.close();
    aside.close();
  }

  private Upstreams.Upstream install(String name) {
    registry.register("ray", Upstreams.definition(name));
    return upstreams.last();
  }

  private String call(String tool) {
    return registry.callTool("ray__" + tool, Map.of()).text();
  }

  private long generation() {
    return registry.snapshot().client("ray").orElseThrow().generation();
  }

  private static boolean isCall(Message message) {
    return message instanceof Message.Request request && request.method().equals("tools/call");
  }

  @Test
  void scenario3ACallThatOutlivesTheDrainLimitEndsAndSaysWhatItWas() throws Exception {
    try (McpRegistry impatient =
        registry(RegistryConfig.builder().drainLimit(Duration.ofMillis(20)).build())) {
      impatient.register("ray", Upstreams.definition("old"));
      Upstreams.Upstream old = upstreams.last();
      long generation = impatient.snapshot().client("ray").orElseThrow().generation();
      Future<ToolResult> running = aside.call(() -> impatient.callTool("ray__hold", Map.of()));
      Aside.await(old.called);

      impatient.register("ray", Upstreams.definition("new"));

      assertThatThrownBy(() -> Aside.get(running))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class,
              unknown -> {
                assertThat(unknown.namespace()).contains(Namespace.of("ray"));
                assertThat(unknown.generation()).hasValue(generation);
              });
      Aside.until("the old one is gone", () -> !old.isRunning());
      assertThat(journal.count("ray", Kind.DRAIN_FORCED)).isEqualTo(1);
      assertThat(impatient.callTool("ray__echo", Map.of()).text()).isEqualTo("new");
    }
  }

  @Test
  void scenario5ACallThatIsNotWrittenWhenItsClientDiesIsExecutedOnceByTheNext() throws Exception {
    CountDownLatch beforeWrite = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Upstreams.Upstream old = install("old");
    old.beforeSend(
        message -> {
          if (isCall(message)) {
            beforeWrite.countDown();
            Aside.hold(go);
          }
        });
    Future<String> running = aside.call(() -> call("echo"));
    Aside.await(beforeWrite);

    Upstreams.Upstream fresh = install("new");
    old.end("it exited with code 137.");
    go.countDown();

    assertThat(Aside.get(running)).isEqualTo("new");
    assertThat(old.calls).hasValue(0);
    assertThat(fresh.calls).hasValue(1);
  }

  @Test
  void scenario5ACallThatIsNotWrittenWhenItsClientDiesWaitsForTheNextAttempt() throws Exception {
    CountDownLatch beforeWrite = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Upstreams.Upstream old = install("only");
    old.beforeSend(
        message -> {
          if (isCall(message)) {
            beforeWrite.countDown();
            Aside.hold(go);
          }
        });
    Future<String> running = aside.call(() -> call("echo"));
    Aside.await(beforeWrite);

    old.end("it exited with code 137.");
    go.countDown();

    assertThat(Aside.get(running)).isEqualTo("only");
    assertThat(upstreams.opened()).hasSize(2);
    assertThat(old.calls).hasValue(0);
    assertThat(upstreams.last().calls).hasValue(1);
  }

  @Test
  void scenario6ACallThatIsWrittenWhenItsServerDiesIsNotRepeatedAndSaysWhatItWas()
      throws Exception {
    Upstreams.Upstream old = install("old");
    long generation = generation();
    Future<String> running = aside.call(() -> call("hold"));
    Aside.await(old.called);

    old.end("it exited with code 137.");

    assertThatThrownBy(() -> Aside.get(running))
        .isInstanceOfSatisfying(
            McpException.OutcomeUnknown.class,
            unknown -> {
              assertThat(unknown.mayHaveExecuted()).isTrue();
              assertThat(unknown.namespace()).contains(Namespace.of("ray"));
              assertThat(unknown.generation()).hasValue(generation);
              assertThat(unknown.requestId()).isPresent();
            })
        .hasMessageContaining("it exited with code 137.");
    assertThat(call("echo")).isEqualTo("old");
    assertThat(upstreams.opened())
        .extracting(upstream -> upstream.calls.get())
        .containsExactly(1, 1);
  }

  @Test
  void scenario6ACallMayBeRepeatedWhereItDoesNoHarmAndItsCallerAllowsIt() throws Exception {
    Upstreams.Upstream old = install("old");
    ToolCall call = ToolCall.of("ray__hold", Map.of()).withRepeatable(true);
    Future<ToolResult> running = aside.call(() -> registry.callTool(call));
    Aside.await(old.called);

    old.end("it exited with code 137.");
    Aside.until("it is started again", () -> upstreams.opened().size() == 2);
    Aside.await(upstreams.last().called);
    upstreams.last().letGo();

    assertThat(Aside.get(running).text()).isEqualTo("old");
    assertThat(upstreams.opened())
        .extracting(upstream -> upstream.calls.get())
        .containsExactly(1, 1);
  }

  @Test
  void scenario7AServerThatCannotStartOrNeverAnswersChangesNothing() {
    install("old");
    List<Tool> tools = registry.tools();
    long generation = generation();
    upstreams.onOpen(
        name -> {
          if (name.equals("broken")) {
            throw new McpException.ConnectFailed("no such command", null);
          }
        });
    ClientDefinition mute =
        ClientDefinition.builder().command("mute").connectTimeout(Duration.ofMillis(50)).build();

    assertThatThrownBy(() -> registry.register("ray", Upstreams.definition("broken")))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("no such command");
    upstreams.startDeaf("mute");
    assertThatThrownBy(() -> registry.register("ray", mute))
        .isInstanceOf(McpException.ConnectFailed.class);

    assertThat(call("echo")).isEqualTo("old");
    assertThat(registry.tools()).isEqualTo(tools);
    assertThat(generation()).isEqualTo(generation);
    assertThat(upstreams.running()).isEqualTo(1);
  }

  @Test
  void scenario8OfTwoRegistrationsAtOnceTheLastOneAcceptedIsLeft() throws Exception {
    for (int i = 0; i < 50; i++) {
      CyclicBarrier together = new CyclicBarrier(2);
      List<Future<Boolean>> both = new ArrayList<>();
      for (String name : List.of("one", "two")) {
        both.add(
            aside.call(
                () -> {
                  together.await();
                  try {
                    registry.register("ray", Upstreams.definition(name));
                    return true;
                  } catch (McpException.Closed superseded) {
                    return false;
                  }
                }));
      }
      int accepted = 0;
      for (Future<Boolean> registration : both) {
        accepted += Aside.get(registration) ? 1 : 0;
      }

      assertThat(accepted).isPositive();
      String current = call("echo");
      Aside.until("one is left", () -> upstreams.running() == 1);
      List<Upstreams.Upstream> left =
          upstreams.opened().stream().filter(Upstreams.Upstream::isRunning).toList();
      assertThat(left).extracting(Object::toString).containsExactly(current);
    }
    List<Long> ready =
        journal.of("ray").stream()
            .filter(event -> event.kind() == Kind.READY)
            .map(RegistryEvent::generation)
            .toList();
    assertThat(ready).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void scenario10CallsThatWaitForTheirTurnFailAtOnceWhenTheirClientIsRemoved() throws Exception {
    ClientDefinition narrow =
        ClientDefinition.builder().command("narrow").maxConcurrentCalls(1).build();
    registry.register("ray", narrow);
    Upstreams.Upstream upstream = upstreams.last();
    Future<String> running = aside.call(() -> call("hold"));
    Aside.await(upstream.called);
    List<Future<String>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(aside.call(() -> call("echo")));
    }
    Aside.until("three wait", () -> registry.snapshot().client("ray").orElseThrow().queued() == 3);

    registry.unregister("ray");

    for (Future<String> call : waiting) {
      assertThatThrownBy(() -> Aside.get(call))
          .isInstanceOfSatisfying(
              McpException.class, e -> assertThat(e.mayHaveExecuted()).isFalse())
          .hasMessageContaining("ray");
    }
    assertThat(upstream.isRunning()).isTrue();
    upstream.letGo();
    assertThat(Aside.get(running)).isEqualTo("narrow");
    Aside.until("the last call was what kept it", () -> !upstream.isRunning());
    assertThat(upstream.calls).hasValue(1);
  }

  @Test
  void scenario11ANameThatIsRemovedAndTakenAThousandTimesLeavesOneServerBehind() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      callers.add(
          aside.run(
              () -> {
                while (!enough.get()) {
                  try {
                    call("echo");
                  } catch (McpException.NotFound | McpException.NotSent removed) {
                    Thread.yield();
                  }
                }
              }));
    }
    long threads = Thread.getAllStackTraces().size();
    for (int i = 0; i < 1_000; i++) {
      install("server" + i);
      registry.unregister("ray");
    }
    install("last");
    enough.set(true);
    for (Future<Void> caller : callers) {
      Aside.get(caller);
    }

    assertThat(call("echo")).isEqualTo("last");
    Aside.until("one is left", () -> upstreams.running() == 1);
    Aside.until(
        "no thread was left by the others",
        () -> Thread.getAllStackTraces().size() < threads + 100);
  }
}

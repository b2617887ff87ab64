// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class FanOutTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final FanOutOptions OPTIONS = FanOutOptions.defaults().withPerTarget(LIMIT);

  private final ManualTime time = new ManualTime();
  private final Fleet fleet = new Fleet();
  private final FanOut fanOut = new FanOut(time, fleet);
  private final List<String> progress = new ArrayList<>();

  /** Those who are called: each call waits for the test, unless its answer is there already. */
  private static final class Fleet implements FanOut.Targets {
    final Set<Namespace> present = new TreeSet<>();
    final Set<String> without = new TreeSet<>();
    final Map<String, CompletableFuture<ToolResult>> answers = new ConcurrentHashMap<>();
    final Map<String, ToolCall> called = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();

    Fleet with(String... names) {
      for (String name : names) {
        present.add(Namespace.of(name));
      }
      return this;
    }

    CompletableFuture<ToolResult> answer(String name) {
      return answers.computeIfAbsent(name, any -> new CompletableFuture<>());
    }

    void answers(String... names) {
      for (String name : names) {
        answer(name).complete(ToolResult.text(name));
      }
    }

    @Override
    public Collection<Namespace> namespaces() {
      return present;
    }

    @Override
    public boolean offers(Namespace namespace, String tool) {
      return !without.contains(namespace.value());
    }

    @Override
    public CompletableFuture<ToolResult> call(Namespace namespace, ToolCall call) {
      called.put(namespace.value(), call);
      order.add(namespace.value());
      return answer(namespace.value());
    }
  }

  private CompletableFuture<FanOutResult> begin(Selector selector, FanOutOptions options) {
    return fanOut.begin(
        selector,
        ToolCall.of("echo", Map.of("say", "hi")),
        options,
        (done, total) -> progress.add(done + "/" + total));
  }

  private static Map<String, String> answers(FanOutResult result) {
    Map<String, String> texts = new TreeMap<>();
    result.answers().forEach((namespace, answer) -> texts.put(namespace.value(), answer.text()));
    return texts;
  }

  private static Map<String, String> missing(FanOutResult result) {
    Map<String, String> texts = new TreeMap<>();
    result.missing().forEach((namespace, why) -> texts.put(namespace.value(), why.message()));
    return texts;
  }

  @Test
  void allAnswersAreThereInOrder() {
    CompletableFuture<FanOutResult> result = begin(Selector.all(), OPTIONS);
    assertThat(result.join().answers()).isEmpty();
    fleet.with("b", "c", "a");

    result = begin(Selector.all(), OPTIONS);
    fleet.answers("c", "a");
    assertThat(result).isNotDone();
    fleet.answers("b");

    assertThat(result).isCompleted();
    assertThat(answers(result.join()))
        .containsExactly(Map.entry("a", "a"), Map.entry("b", "b"), Map.entry("c", "c"));
    assertThat(result.join().isComplete()).isTrue();
    assertThat(progress).containsExactly("1/3", "2/3", "3/3");
    assertThat(fleet.called.get("a").tool()).isEqualTo("echo");
    assertThat(fleet.called.get("a").arguments()).isEqualTo(Map.of("say", "hi"));
    assertThat(fleet.called.get("a").timeout()).contains(LIMIT);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void noMoreRunAtOnceThanAllowedAndTheyAreBegunInOrder() {
    fleet.with("a", "b", "c", "d", "e");

    CompletableFuture<FanOutResult> result = begin(Selector.all(), OPTIONS.withConcurrency(2));

    assertThat(fleet.order).containsExactly("a", "b");
    fleet.answers("b");
    assertThat(fleet.order).containsExactly("a", "b", "c");
    fleet.answers("d", "c");
    assertThat(fleet.order).containsExactly("a", "b", "c", "d", "e");
    fleet.answers("a", "e");
    assertThat(result.join().isComplete()).isTrue();
  }

  @Test
  void whoHasNoSuchToolOrIsNotThereIsNamedAndNotCalled() {
    fleet.with("a", "b").without.add("b");
    fleet.answers("a");

    FanOutResult result = begin(Selector.of("a", "b", "nobody"), OPTIONS).join();

    assertThat(answers(result)).containsOnlyKeys("a");
    assertThat(missing(result))
        .containsExactly(
            Map.entry("b", "\"b\" has no tool of the name \"echo\"."),
            Map.entry("nobody", "There is no client of the name \"nobody\"."));
    assertThat(result.missing().values())
        .allMatch(failure -> !failure.mayHaveExecuted() && failure.cause().isEmpty());
    assertThat(result.isComplete()).isFalse();
    assertThat(fleet.order).containsExactly("a");
    assertThat(progress).containsExactly("1/3", "2/3", "3/3");
  }

  @Test
  void whoFailsIsNamedWithItsReasonAndTheOthersAnswer() {
    fleet.with("a", "b", "c", "d", "e");
    McpException lost = new McpException.OutcomeUnknown("It is lost.");
    fleet.answer("b").completeExceptionally(lost);
    fleet.answer("c").completeExceptionally(new CompletionException(lost));
    fleet.answer("d").completeExceptionally(new IllegalStateException("a secret"));
    fleet.answer("e").cancel(false);
    fleet.answers("a");

    FanOutResult result = begin(Selector.all(), OPTIONS).join();

    assertThat(answers(result)).containsOnlyKeys("a");
    assertThat(missing(result))
        .containsExactly(
            Map.entry("b", "It is lost."),
            Map.entry("c", "It is lost."),
            Map.entry("d", "The call failed in its client: IllegalStateException."),
            Map.entry("e", "The call was cancelled."));
    assertThat(result.missing().values())
        .allMatch(failure -> failure.mayHaveExecuted() && failure.cause().isPresent());
    assertThat(result.missing().get(Namespace.of("c")).cause()).containsSame(lost);
  }

  @Test
  void whatIsThrownInsteadOfBegunOrComesToNothingIsAFailureLikeAnyOther() {
    FanOut broken =
        new FanOut(
            time,
            new FanOut.Targets() {
              @Override
              public Collection<Namespace> namespaces() {
                return List.of(Namespace.of("a"), Namespace.of("b"), Namespace.of("c"));
              }

              @Override
              public boolean offers(Namespace namespace, String tool) {
                return true;
              }

              @Override
              public CompletableFuture<ToolResult> call(Namespace namespace, ToolCall call) {
                return switch (namespace.value()) {
                  case "a" -> throw new McpException.NotSent("It was not sent.");
                  case "b" -> throw new CompletionException("no cause", null);
                  default -> CompletableFuture.completedFuture(null);
                };
              }
            });

    FanOutResult result =
        broken.run(Selector.all(), ToolCall.of("echo", Map.of()), OPTIONS, (done, total) -> {});

    assertThat(missing(result))
        .containsExactly(
            Map.entry("a", "It was not sent."),
            Map.entry("b", "The call failed in its client: CompletionException."),
            Map.entry("c", "The call failed in its client: IllegalStateException."));
    assertThat(result.missing().get(Namespace.of("a")).mayHaveExecuted()).isFalse();
  }

  @Test
  void whoHangsIsCancelledSoonAfterItsLimitAndNamed() {
    fleet.with("a", "b", "c");
    CompletableFuture<FanOutResult> result = begin(Selector.all(), OPTIONS.withConcurrency(2));
    fleet.answers("a");
    time.advance(Duration.ofSeconds(1));
    fleet.answers("c");

    time.advance(LIMIT.minusSeconds(1));
    assertThat(result).as("its own limit goes first").isNotDone();
    time.advance(Duration.ofMillis(100));

    assertThat(answers(result.join())).containsOnlyKeys("a", "c");
    assertThat(missing(result.join()))
        .containsExactly(
            Map.entry(
                "b",
                "No answer to echo within 3000 ms. The request was sent and may have been"
                    + " executed."));
    assertThat(fleet.answer("b")).isCancelled();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void theNextOneIsCalledWhenOneBeforeItWasTooLate() {
    fleet.with("a", "b");
    CompletableFuture<FanOutResult> result = begin(Selector.all(), OPTIONS.withConcurrency(1));

    time.advance(LIMIT.plusSeconds(1));
    fleet.answers("b");

    assertThat(answers(result.join())).containsOnlyKeys("b");
    assertThat(missing(result.join())).containsOnlyKeys("a");
  }

  @Test
  void whenTheWholeTimeIsOverTheResultHasWhatThereIsAndNamesTheRest() {
    fleet.with("a", "b", "c", "d");
    CompletableFuture<FanOutResult> result =
        begin(Selector.all(), OPTIONS.withConcurrency(2).withWhole(Duration.ofSeconds(1)));
    fleet.answers("a");

    time.advance(Duration.ofSeconds(1));

    assertThat(result).isCompleted();
    assertThat(answers(result.join())).containsOnlyKeys("a");
    assertThat(missing(result.join()))
        .containsExactly(
            Map.entry(
                "b",
                "No answer to echo within 1000 ms. The request was sent and may have been"
                    + " executed."),
            Map.entry(
                "c",
                "No answer to echo within 1000 ms. The request was sent and may have been"
                    + " executed."),
            Map.entry("d", "It was not called within the limit for all, 1000 ms."));
    assertThat(fleet.answer("b")).isCancelled();
    assertThat(fleet.answer("c")).isCancelled();
    assertThat(fleet.order).doesNotContain("d");
    assertThat(progress).containsExactly("1/4", "4/4");
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void cancellingTheResultCancelsWhatRunsAndBeginsNothingMore() {
    fleet.with("a", "b", "c");
    CompletableFuture<FanOutResult> result =
        begin(Selector.all(), OPTIONS.withConcurrency(2).withWhole(LIMIT));

    result.cancel(false);
    fleet.answers("a", "b");

    assertThat(fleet.answer("a")).isCancelled();
    assertThat(fleet.answer("b")).isCancelled();
    assertThat(fleet.order).containsExactly("a", "b");
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void interruptingTheCallerCancelsWhatRuns() throws Exception {
    fleet.with("a", "b");
    AtomicInteger interrupted = new AtomicInteger();
    try (Aside aside = new Aside()) {
      Future<FanOutResult> caller =
          aside.call(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  return fanOut.run(
                      Selector.matching("*"),
                      ToolCall.of("echo", Map.of()),
                      OPTIONS,
                      (done, total) -> {});
                } finally {
                  interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                }
              });

      assertThatThrownBy(() -> Aside.get(caller))
          .isInstanceOf(McpException.Cancelled.class)
          .hasMessage("The caller cancelled echo on *");
    }
    assertThat(interrupted).hasValue(1);
    assertThat(fleet.answer("a")).isCancelled();
    assertThat(fleet.answer("b")).isCancelled();
  }

  @Test
  void tenThousandThatAnswerAtOnceDoNotPileUpOnTheStack() {
    for (int i = 0; i < 10_000; i++) {
      fleet.with("n" + i);
      fleet.answers("n" + i);
    }

    FanOutResult result = begin(Selector.all(), OPTIONS.withConcurrency(1)).join();

    assertThat(result.answers()).hasSize(10_000);
    assertThat(progress).hasSize(10_000).endsWith("10000/10000");
  }

  @Test
  void answersFromManyThreadsAreAllCountedOnceAndProgressOnlyGrows() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      names.add("n" + i);
      fleet.with("n" + i);
    }
    List<Integer> dones = new ArrayList<>();
    try (Aside aside = new Aside()) {
      CompletableFuture<FanOutResult> result =
          fanOut.begin(
              Selector.all(),
              ToolCall.of("echo", Map.of()),
              OPTIONS.withConcurrency(7),
              (done, total) -> dones.add(done));
      List<Future<Void>> servers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int part = i;
        servers.add(
            aside.run(
                () -> {
                  for (int n = part; n < names.size(); n += 4) {
                    fleet.answers(names.get(n));
                  }
                }));
      }
      for (Future<Void> server : servers) {
        Aside.get(server);
      }

      assertThat(Aside.get(result).answers()).hasSize(1_000);
    }
    assertThat(fleet.order).hasSize(1_000).doesNotHaveDuplicates();
    Aside.until("all progress is told", () -> dones.size() == 1_000);
    assertThat(dones).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aListenerOfItsProgressThatFailsDoesNoHarm() {
    fleet.with("a", "b");
    fleet.answers("a", "b");

    CompletableFuture<FanOutResult> result =
        fanOut.begin(
            Selector.all(),
            ToolCall.of("echo", Map.of()),
            OPTIONS,
            (done, total) -> {
              throw new IllegalStateException("meant to fail");
            });

    assertThat(answers(result.join())).containsOnlyKeys("a", "b");
  }
}

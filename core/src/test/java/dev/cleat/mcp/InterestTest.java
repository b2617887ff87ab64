// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ServedTool;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which resources the clients of a server want to hear of, and when its sets are told. */
class InterestTest {
  private final List<String> told = new ArrayList<>();
  private CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);

  private final Interest interest =
      new Interest(
          List.of(
              new ToolSet() {
                @Override
                public List<ServedTool> tools() {
                  return List.of();
                }

                @Override
                public CompletableFuture<Void> subscribe(String uri) {
                  told.add("+" + uri);
                  return answer;
                }

                @Override
                public void unsubscribe(String uri) {
                  told.add("-" + uri);
                }
              }));

  @Test
  void theFirstAndTheLastWhoWantOneAreTold() {
    var first = interest.add("a");
    var second = interest.add("a");
    var other = interest.add("b");
    interest.remove("a");
    interest.remove("a");

    assertThat(told).containsExactly("+a", "+b", "-a");
    assertThat(List.of(first, second, other)).allMatch(CompletableFuture::isDone);
  }

  @Test
  void theSecondWaitsForTheSameAnswer() {
    answer = new CompletableFuture<>();

    CompletableFuture<Void> first = interest.add("a");
    CompletableFuture<Void> second = interest.add("a");
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    answer.complete(null);

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void whoComesAfterARefusalAsksAgain() {
    answer = CompletableFuture.failedFuture(new IllegalStateException("no"));
    assertThat(interest.add("a")).isCompletedExceptionally();
    answer = CompletableFuture.completedFuture(null);

    assertThat(interest.add("a")).isCompleted();
    assertThat(told).containsExactly("+a", "+a");
  }

  @Test
  void whatNobodyWantedIsNotTold() {
    interest.remove("a");

    assertThat(told).isEmpty();
  }
}

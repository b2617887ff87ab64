// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A call to many that is cancelled when nothing of it is left to cancel. */
class FanOutCancelTest {
  private final ManualTime time = new ManualTime();
  private final CompletableFuture<ToolResult> answer = new CompletableFuture<>();
  private final List<String> progress = new ArrayList<>();
  private final List<CompletableFuture<FanOutResult>> begun = new ArrayList<>();

  private final class One implements FanOut.Targets {
    @Override
    public Collection<Namespace> namespaces() {
      return List.of(Namespace.of("ray"));
    }

    @Override
    public boolean offers(Namespace namespace, String tool) {
      return true;
    }

    @Override
    public CompletableFuture<ToolResult> call(Namespace namespace, ToolCall call) {
      return answer;
    }
  }

  @Test
  void whoCancelsWhenTheLastAnswerIsToldHearsNothingMore() {
    begun.add(
        new FanOut(time, new One())
            .begin(
                Selector.all(),
                ToolCall.of("echo", Map.of()),
                FanOutOptions.defaults(),
                (done, total) -> {
                  progress.add(done + "/" + total);
                  begun.get(0).cancel(false);
                }));

    answer.complete(ToolResult.text("ray"));

    assertThat(begun.get(0)).isCancelled();
    assertThat(progress).containsExactly("1/1");
    assertThat(time.scheduled()).isZero();
  }
}

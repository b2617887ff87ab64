// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalClientTest {
  private static McpClient client(ToolHandler handler) {
    ServedTool tool = Tool.named("t").readOnly().handles(Schema.anyObject(), handler);
    return McpClient.of("local", ToolSet.of(tool));
  }

  private static ToolCall call() {
    return ToolCall.of("t", Map.of());
  }

  private static FailureKind kindOf(ToolResult result) {
    return ((ToolResult.Failure) result).kind();
  }

  @Test
  void aCallRunsInTheThreadOfItsCaller() {
    try (McpClient client =
        client((call, context) -> ToolResult.text(Thread.currentThread().getName()))) {
      assertThat(client.callTool(call()).text()).isEqualTo(Thread.currentThread().getName());
      assertThat(client.listTools()).extracting(Tool::name).containsExactly("t");
      assertThat(client.peer().name()).isEqualTo("local");
    }
  }

  @Test
  void whatAHandlerThrowsBecomesAFailureOfItsKind() {
    record Case(Exception thrown, FailureKind kind, boolean retryable) {}
    for (Case c :
        List.of(
            new Case(ToolFailure.notFound("", ""), FailureKind.NOT_FOUND, false),
            new Case(new IllegalStateException("x"), FailureKind.INTERNAL, false),
            new Case(new java.io.IOException("x"), FailureKind.INTERNAL, false),
            new Case(new McpException.OutcomeUnknown("x"), FailureKind.OUTCOME_UNKNOWN, false),
            new Case(new McpException.NotSent("x"), FailureKind.UNAVAILABLE, true),
            new Case(new McpException.Closed("x"), FailureKind.UNAVAILABLE, true),
            new Case(new McpException.TooLarge(2, 1), FailureKind.TOO_LARGE, false),
            new Case(
                new McpException.TimedOut("x", Duration.ofMillis(1), true),
                FailureKind.TIMEOUT,
                false),
            new Case(
                new McpException.TimedOut("x", Duration.ofMillis(1), false),
                FailureKind.TIMEOUT,
                true))) {
      ToolResult result =
          client(
                  (call, context) -> {
                    throw c.thrown();
                  })
              .callTool(call());

      assertThat(kindOf(result)).as("%s", c).isEqualTo(c.kind());
      assertThat(((ToolResult.Failure) result).retryable()).as("%s", c).isEqualTo(c.retryable());
    }
  }

  @Test
  void anInterruptedHandlerIsCancelledAndTheInterruptKept() {
    McpClient client =
        client(
            (call, context) -> {
              new CountDownLatch(1).await();
              return ToolResult.text("never");
            });
    Thread.currentThread().interrupt();

    assertThat(kindOf(client.callTool(call()))).isEqualTo(FailureKind.CANCELLED);

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void theListenerHearsProgressAndAnswersQuestions() {
    List<String> heard = new ArrayList<>();
    CallListener listener =
        new CallListener() {
          @Override
          public void progress(double done, double total, String message) {
            heard.add(done + " " + message);
          }

          @Override
          public Answer confirm(String question) {
            heard.add(question);
            return question.equals("May I?") ? Answer.ACCEPTED : Answer.DECLINED;
          }
        };
    McpClient client =
        client(
            (call, context) -> {
              assertThat(context.deadline()).isPresent();
              context.progress(1, 2, "half");
              context.confirm("May I?");
              context.confirm("Sure?");
              return ToolResult.text("never");
            });

    ToolResult result =
        client.callTool(call().withListener(listener).withTimeout(Duration.ofSeconds(9)));

    assertThat(heard).containsExactly("1.0 half", "May I?", "Sure?");
    assertThat(kindOf(result)).isEqualTo(FailureKind.DECLINED);
    assertThat(result.text()).contains("did not agree", "Sure?");
    assertThat(kindOf(client.callTool(call().withTimeout(Duration.ofSeconds(9)))))
        .isEqualTo(FailureKind.DECLINED);
  }

  @Test
  void closingClosesTheToolsOnceAndEndsTheClient() {
    AtomicInteger closings = new AtomicInteger();
    McpClient client = McpClient.of("local", ToolSet.of(List.of(), closings::incrementAndGet));

    assertThatThrownBy(() -> client.callTool(call())).isInstanceOf(McpException.NotFound.class);
    client.close();
    client.close();

    assertThat(closings).hasValue(1);
    assertThat(client.ended()).isDone();
    assertThatThrownBy(() -> client.callTool(call())).isInstanceOf(McpException.Closed.class);
  }

  @Test
  void twoToolsOfOneNameAreRefused() {
    ServedTool tool =
        Tool.named("t").handles(Schema.anyObject(), (call, context) -> ToolResult.text(""));

    assertThatThrownBy(() -> ToolSet.of(tool, tool))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two tools of the name t");
    assertThatThrownBy(() -> McpServer.builder().tool(tool).tool(tool).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two tools of the name t");
    assertThat(ToolSet.of(tool).find("t")).contains(tool);
    assertThat(ToolSet.of(tool).find("u")).isEqualTo(Optional.empty());
  }
}

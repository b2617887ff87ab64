// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Doc;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class TestClientTest {
  record Roll(@Range(min = 1, max = 9) int dice) {}

  record Rolled(@Doc("The sum.") int sum) {}

  private static final ServedTool DICE =
      Tool.named("roll_dice")
          .says("Rolls dice that always show six.")
          .readOnly()
          .handles(
              Roll.class,
              Rolled.class,
              (roll, call) -> {
                if (roll.dice() == 9) {
                  throw ToolFailure.notFound("There is no ninth die.", "Roll fewer.");
                }
                return new Rolled(6 * roll.dice());
              });

  @Test
  void aCallGoesToTheServerAndBack() {
    try (TestClient client = TestClient.inProcess(McpServer.builder().tool(DICE).build())) {
      client.call("roll_dice", Map.of("dice", 2)).succeedsWith(new Rolled(12));
      client.call("roll_dice", Map.of("dice", 2)).succeedsWithText("{\"sum\":12}");

      assertThat(client.call("roll_dice", Map.of("dice", 3)).succeedsAs(Rolled.class).sum())
          .isEqualTo(18);
      assertThat(client.tools()).extracting(Tool::name).containsExactly("roll_dice");
      assertThat(client.tool("roll_dice").description()).startsWith("Rolls");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void theSameGoesOverHttpAndInEitherEra(Era era) {
    try (TestClient over = TestClient.overHttp(McpServer.builder().tool(DICE).build(), era);
        TestClient in = TestClient.inProcess(McpServer.builder().tool(DICE).build(), era)) {
      for (TestClient client : List.of(over, in)) {
        client.call("roll_dice", Map.of("dice", 2)).succeedsWith(new Rolled(12));
        assertThat(client.client().peer().protocolVersion())
            .isEqualTo(era == Era.STATELESS ? "2026-07-28" : "2025-11-25");
      }
    }
  }

  @Test
  void aFailureIsExpectedByItsKind() {
    try (TestClient client = TestClient.inProcess(McpServer.builder().tool(DICE).build())) {
      assertThat(
              client
                  .call("roll_dice", Map.of("dice", 9))
                  .failsWith(FailureKind.NOT_FOUND)
                  .message())
          .isEqualTo("There is no ninth die.");
      client.call("roll_dice", Map.of("dice", 0)).failsWith(FailureKind.INVALID_ARGUMENT);
      assertThatThrownBy(() -> client.call("roll_dise", Map.of()))
          .isInstanceOf(McpException.Protocol.class)
          .hasMessageContaining("Did you mean \"roll_dice\"?");
    }
  }

  @Test
  void anExpectationThatDoesNotHoldSaysWhatTheToolAnswered() {
    try (TestClient client = TestClient.inProcess(McpServer.builder().tool(DICE).build())) {
      CallOutcome success = client.call("roll_dice", Map.of("dice", 1));
      CallOutcome failure = client.call("roll_dice", Map.of("dice", 9));

      assertThatThrownBy(failure::succeeds)
          .isInstanceOf(AssertionError.class)
          .hasMessage("roll_dice failed as NOT_FOUND: There is no ninth die. Roll fewer.");
      assertThatThrownBy(() -> success.failsWith(FailureKind.TIMEOUT))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("expected to fail as TIMEOUT, and answered: {\"sum\":6}");
      assertThatThrownBy(() -> failure.failsWith(FailureKind.TIMEOUT))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("There is no ninth die.");
      assertThatThrownBy(() -> success.succeedsWith(new Rolled(7)))
          .isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> client.tool("roll"))
          .isInstanceOf(AssertionError.class)
          .hasMessage("There is no tool roll among [roll_dice]");
    }
  }

  @Test
  void closingEndsTheServerTooAndTwiceIsHarmless() {
    AtomicInteger closings = new AtomicInteger();
    TestClient client =
        TestClient.inProcess(
            McpServer.builder()
                .tools(ToolSet.of(List.of(DICE), closings::incrementAndGet))
                .build());

    client.close();
    client.close();

    assertThat(closings).hasValue(1);
    assertThat(client.client().ended()).isDone();
  }
}

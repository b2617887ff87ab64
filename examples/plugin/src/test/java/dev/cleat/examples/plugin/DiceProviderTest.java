// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Providers;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiceProviderTest {
  @Test
  void theServiceLoaderFindsIt() {
    var found = Providers.ofTools(DiceProvider.class.getClassLoader());

    assertThat(found.problems()).isEmpty();
    assertThat(found.found().get("dice")).isInstanceOf(DiceProvider.class);
  }

  @Test
  void itRollsAsManyDiceAsAskedFor() {
    try (McpClient dice = dice()) {
      ToolResult result = dice.callTool(ToolCall.of("roll_dice", Map.of("dice", 3)));

      DiceProvider.Rolled rolled = ((ToolResult.Success) result).as(DiceProvider.Rolled.class);
      assertThat(rolled.faces()).hasSize(3).allSatisfy(face -> assertThat(face).isBetween(1, 6));
      assertThat(rolled.total()).isEqualTo(rolled.faces().stream().mapToInt(i -> i).sum());
    }
  }

  @Test
  void tooManyDiceAreRefusedBeforeTheHandlerSeesThem() {
    try (McpClient dice = dice()) {
      ToolResult result = dice.callTool(ToolCall.of("roll_dice", Map.of("dice", 21)));

      assertThat(result).isInstanceOf(ToolResult.Failure.class);
      assertThat(((ToolResult.Failure) result).kind()).isEqualTo(FailureKind.INVALID_ARGUMENT);
      assertThat(result.text()).contains("dice").contains("20");
    }
  }

  private static McpClient dice() {
    DiceProvider provider = new DiceProvider();
    return McpClient.of("dice", provider.open(ProviderContext.of(provider, Map.of())));
  }
}

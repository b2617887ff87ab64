// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ToolValuesTest {
  @Test
  void aFailureWithoutContentSaysItsMessageAndHint() {
    ToolResult.Failure failure =
        ToolResult.failure(FailureKind.NOT_FOUND, "There is no job 7.", "List the jobs first.");

    assertThat(failure.text()).isEqualTo("There is no job 7. List the jobs first.");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void aToolFailureBecomesTheResultItDescribes() {
    ToolFailure failure =
        ToolFailure.unavailable("The dashboard is away.", "Start it.")
            .causedBy(new IllegalStateException("secret detail"));

    assertThat(failure.toResult())
        .isEqualTo(
            new ToolResult.Failure(
                FailureKind.UNAVAILABLE,
                "The dashboard is away.",
                "Start it.",
                true,
                List.of(),
                Map.of()));
    assertThat(failure).hasRootCauseMessage("secret detail");
  }

  @Test
  void structuredContentIsRepeatedAsText() {
    ToolResult.Success success = ToolResult.structured(Map.of("a", 1L));

    assertThat(success.text()).isEqualTo("{\"a\":1}");
    assertThat(success.structured()).contains(Map.of("a", 1L));
  }

  @Test
  void onlyTextBlocksMakeUpTheText() {
    assertThat(
            new ToolResult.Success(
                    List.of(
                        new Content.Text("a"),
                        new Content.Image("", "image/png"),
                        new Content.Other("text", Map.of("type", "text", "text", "b")),
                        new Content.Other("resource_link", Map.of("type", "resource_link"))),
                    Optional.empty(),
                    Map.of())
                .text())
        .isEqualTo("a\nb");
  }

  @Test
  void aCallIsNotChangedThroughTheMapItWasMadeOf() {
    Map<String, Object> arguments = new HashMap<>(Map.of("a", 1));
    ToolCall call = ToolCall.of("t", arguments);

    arguments.put("b", 2);

    assertThat(call.arguments()).containsOnlyKeys("a");
    assertThatThrownBy(() -> call.arguments().put("c", 3))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(call.withTool("u").withTimeout(Duration.ofSeconds(1)).tool()).isEqualTo("u");
    assertThatThrownBy(() -> call.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failureKindsHaveStableNamesOnTheWire() {
    assertThat(FailureKind.OUTCOME_UNKNOWN.wireName()).isEqualTo("outcome_unknown");
    for (FailureKind kind : FailureKind.values()) {
      assertThat(FailureKind.ofWireName(kind.wireName())).contains(kind);
    }
    assertThat(FailureKind.ofWireName("new_kind")).isEmpty();
  }

  @Test
  void limitsThatNothingCouldWorkWithinAreRefused() {
    assertThat(Limits.defaults()).isEqualTo(Limits.builder().build());
    assertThatThrownBy(() -> Limits.builder().maxMessageBytes(10).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxMessageBytes has to be at least 1024: 10");
    assertThatThrownBy(() -> Limits.builder().maxCallsInFlight(0).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Limits.builder().callTimeout(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("callTimeout");
  }
}

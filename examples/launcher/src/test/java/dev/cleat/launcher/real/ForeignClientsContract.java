// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static dev.cleat.launcher.real.Seen.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code ./cleat serve} with simulated GPUs and foreign servers behind it, in the hands of the
 * official clients, over one transport. A subclass says which, in a static method {@code clients}.
 */
abstract class ForeignClientsContract {
  /** Lets a client do what is planned. */
  abstract Seen see(ForeignClient client, Map<String, ?> plan) throws Exception;

  @ParameterizedTest
  @MethodSource("clients")
  void toolsAreListedAndCalled(ForeignClient client) throws Exception {
    Seen seen =
        see(
            client,
            Map.of(
                "calls", List.of(call("get_gpu_health", Map.of("detail", "full"))),
                "await", List.of("everything__echo", "time__convert_time")));

    assertThat(seen.server()).isEqualTo("cleat");
    assertThat(seen.revision()).isEqualTo(client.era().revision());
    assertThat(seen.tools()).contains("get_gpu_health", "everything__echo", "time__convert_time");
    assertThat(at(seen.call(0), "failed")).isEqualTo(false);
    assertThat(at(seen.call(0), "structured", "verdict")).isEqualTo("healthy");
  }

  @ParameterizedTest
  @MethodSource("clients")
  void aClientIsToldWhatIsWrongWithACall(ForeignClient client) throws Exception {
    Seen seen =
        see(
            client,
            Map.of(
                "calls",
                List.of(
                    call("get_gpu_health", Map.of("detail", "loud")),
                    call("get_gpu_helth", Map.of()),
                    call("get_gpu_health", Map.of()))));

    assertThat(at(seen.call(0), "failed")).isEqualTo(true);
    assertThat((String) at(seen.call(0), "text")).contains("detail", "loud", "summary");
    assertThat(at(seen.call(1), "code")).isEqualTo(-32602L);
    assertThat((String) at(seen.call(1), "message")).contains("get_gpu_helth");
    assertThat(at(seen.call(2), "failed")).as("serving goes on").isEqualTo(false);
  }

  @ParameterizedTest
  @MethodSource("clients")
  void progressAndTwentyAnswersAtOnceComeThroughTheGateway(ForeignClient client) throws Exception {
    List<Map<String, String>> messages =
        IntStream.range(0, 20).mapToObj(i -> Map.of("message", "ŋ 😀 " + i)).toList();

    Seen seen =
        see(
            client,
            Map.of(
                "await", List.of("everything__echo"),
                "calls",
                    List.of(
                        call(
                            "everything__trigger-long-running-operation",
                            Map.of("duration", 1, "steps", 4))),
                "together", Map.of("tool", "everything__echo", "arguments", messages)));

    assertThat((String) at(seen.call(0), "text")).contains("operation completed");
    assertThat((List<?>) at(seen.call(0), "progress"))
        .extracting(done -> ((Number) done).intValue())
        .containsExactly(1, 2, 3, 4);
    assertThat(seen.together())
        .extracting(answer -> at(answer, "text"))
        .containsExactlyElementsOf(
            messages.stream().<Object>map(m -> "Echo: " + m.get("message")).toList());
  }

  private static Map<String, Object> call(String tool, Map<String, Object> arguments) {
    return Map.of("tool", tool, "arguments", arguments);
  }
}

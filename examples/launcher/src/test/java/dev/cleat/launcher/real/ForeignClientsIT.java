// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./cleat serve} in the hands of MCP clients that others wrote. */
@ExtendWith(NoLeaks.class)
class ForeignClientsIT {
  private static final Map<String, Object> SIMULATED =
      Map.of("nvml", Map.of("source", "simulated:h100x8"));
  private static final int TOOL_FAILED = 5;

  private static Peers peers;

  @TempDir Path scratch;

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    peers = Peers.prepared(folder);
    Peers.build(folder, "cleat", "--version");
  }

  @AfterEach
  void nothingIsLeftRunning() throws Exception {
    Leftovers.assertNoneIn(scratch);
  }

  @ParameterizedTest
  @CsvSource({"handshake, 2025-11-25", "stateless, 2026-07-28"})
  void theOfficialPythonClientListsAndCallsOurTools(String era, String revision) throws Exception {
    Map<?, ?> seen =
        python(
            serving(Map.of("providers", SIMULATED)),
            era,
            List.of(),
            List.of(
                call("get_gpu_health", Map.of()),
                call("get_gpu_inventory", Map.of("gpus", List.of(0)))));

    assertThat(seen.get("server")).isEqualTo("cleat");
    assertThat(seen.get("revision")).isEqualTo(revision);
    assertThat((String) seen.get("instructions")).contains("NVIDIA GPUs");
    assertThat(namesOf(seen)).contains("get_gpu_inventory", "get_gpu_health", "analyze_xid_errors");
    assertThat((List<?>) seen.get("problems")).as("what is wrong with the schemas").isEmpty();
    assertThat((List<?>) seen.get("tools"))
        .allSatisfy(tool -> assertThat(at(tool, "annotations", "readOnlyHint")).isEqualTo(true));
    List<?> calls = (List<?>) seen.get("calls");
    assertThat(calls)
        .allSatisfy(answer -> assertThat(at(answer, "failed")).isEqualTo(false))
        .allSatisfy(ForeignClientsIT::saysTheSameTwice);
    assertThat(at(calls.get(0), "structured", "verdict")).isEqualTo("healthy");
    assertThat(at(calls.get(1), "structured", "found")).isEqualTo(8L);
    assertThat((List<?>) at(calls.get(1), "structured", "gpus")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"handshake", "stateless"})
  void theOfficialPythonClientIsToldWhatIsWrongWithACall(String era) throws Exception {
    Map<?, ?> seen =
        python(
            serving(Map.of("providers", SIMULATED)),
            era,
            List.of(),
            List.of(
                call("get_gpu_health", Map.of("detail", "loud")),
                call("get_gpu_health", Map.of("gpus", "all of them")),
                call("get_gpu_helth", Map.of()),
                call("get_gpu_health", Map.of())));

    List<?> calls = (List<?>) seen.get("calls");
    assertThat(at(calls.get(0), "failed")).isEqualTo(true);
    assertThat((String) at(calls.get(0), "text")).contains("detail", "loud", "summary");
    assertThat(at(calls.get(1), "failed")).isEqualTo(true);
    assertThat((String) at(calls.get(1), "text")).contains("gpus", "array");
    assertThat(at(calls.get(2), "code")).isEqualTo(-32602L);
    assertThat((String) at(calls.get(2), "message")).contains("get_gpu_helth");
    assertThat(at(calls.get(3), "failed")).as("serving goes on").isEqualTo(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"handshake", "stateless"})
  void theOfficialPythonClientMakesTwentyCallsAtOnce(String era) throws Exception {
    List<Object> answers =
        pythonAtOnce(
            serving(Map.of("providers", SIMULATED)),
            era,
            "get_gpu_health",
            Collections.nCopies(20, Map.of("detail", "full")));

    assertThat(answers)
        .hasSize(20)
        .allSatisfy(answer -> assertThat(at(answer, "structured", "verdict")).isEqualTo("healthy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"handshake", "stateless"})
  void twentyCallsAtOnceThroughTheGatewayGetTheirOwnAnswers(String era) throws Exception {
    List<Map<String, String>> messages =
        IntStream.range(0, 20).mapToObj(i -> Map.of("message", "number " + i)).toList();

    List<Object> answers =
        pythonAtOnce(
            serving(Map.of("mcpServers", peers.asUpstreams())), era, "everything__echo", messages);

    assertThat(answers)
        .extracting(answer -> at(answer, "text"))
        .containsExactlyElementsOf(
            messages.stream().<Object>map(m -> "Echo: " + m.get("message")).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"handshake", "stateless"})
  void toolsOfForeignServersAreServedToAForeignClient(String era) throws Exception {
    Map<?, ?> seen =
        python(
            serving(Map.of("mcpServers", peers.asUpstreams(), "providers", SIMULATED)),
            era,
            List.of("everything__echo", "time__get_current_time"),
            List.of(
                call("everything__echo", Map.of("message", "through the gateway: ŋ 😀")),
                call(
                    "everything__trigger-long-running-operation",
                    Map.of("duration", 1, "steps", 4)),
                call("everything__get-sum", Map.of("a", "one", "b", 2)),
                call("everything__get-structured-content", Map.of("location", "Chicago")),
                call("time__get_current_time", Map.of("timezone", "Asia/Tokyo")),
                call("time__get_current_time", Map.of("timezone", "Nowhere")),
                call("everything__toggle-simulated-logging", Map.of())));

    assertThat(namesOf(seen)).contains("get_gpu_health", "everything__echo", "time__convert_time");
    assertThat(namesOf(seen)).doesNotContain("everything__toggle-simulated-logging");
    assertThat((List<?>) seen.get("problems")).as("what is wrong with the schemas").isEmpty();
    List<?> calls = (List<?>) seen.get("calls");
    assertThat(at(calls.get(0), "text")).isEqualTo("Echo: through the gateway: ŋ 😀");
    assertThat((String) at(calls.get(1), "text")).contains("operation completed");
    assertThat(at(calls.get(1), "progress")).isEqualTo(List.of(1.0, 2.0, 3.0, 4.0));
    assertThat(at(calls.get(2), "failed")).isEqualTo(true);
    assertThat((String) at(calls.get(2), "text")).contains("expected number");
    assertThat(((Map<?, ?>) at(calls.get(3), "structured")).get("humidity"))
        .isInstanceOf(Number.class);
    assertThat(at(calls.get(4), "structured", "timezone")).isEqualTo("Asia/Tokyo");
    assertThat(at(calls.get(5), "failed")).isEqualTo(true);
    assertThat((String) at(calls.get(5), "text")).contains("Nowhere");
    assertThat(at(calls.get(6), "failed")).isEqualTo(true);
    assertThat((String) at(calls.get(6), "text")).contains("--allow-write");
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void theInspectorFindsNoFaultInOurSchemas(String era) throws Exception {
    Ran listed =
        peers.inspector(
            scratch,
            serving(Map.of("providers", SIMULATED)),
            List.of("--protocol-era", era, "--method", "tools/list", "--strict"));

    Map<?, ?> answer = (Map<?, ?>) Json.parse(listed.succeeds());
    assertThat(namesOf(answer)).contains("get_gpu_inventory", "get_gpu_health");
    assertThat(listed.err()).doesNotContain("Error: tool");
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void theInspectorCallsOurTools(String era) throws Exception {
    Ran called = inspectHealth(era);

    Object result = at(Json.parse(called.succeeds()), "result");
    assertThat(at(result, "structuredContent", "verdict")).isEqualTo("healthy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void theInspectorIsToldWhatIsWrongWithACall(String era) throws Exception {
    Ran called = inspectHealth(era, "--tool-arg", "detail=loud");

    Object result = at(Json.parse(called.exits(TOOL_FAILED).out()), "result");
    assertThat(at(result, "isError")).isEqualTo(true);
    assertThat(at(result, "_meta", "dev.cleat/failure", "kind")).isEqualTo("invalid_argument");
  }

  @Test
  void theInspectorsLoadTestSeesNoError() throws Exception {
    Ran loaded =
        inspectHealth("modern", "--load", "--load-concurrency", "8", "--load-requests", "200");

    Object result = at(Json.parse(loaded.succeeds()), "result");
    assertThat(at(result, "ok")).isEqualTo(200L);
    assertThat(at(result, "errorMessages")).isEqualTo(List.of());
  }

  private Ran inspectHealth(String era, String... further) throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--protocol-era", era, "--format", "json", "-q"));
    options.addAll(List.of("--method", "tools/call", "--tool-name", "get_gpu_health"));
    options.addAll(List.of(further));
    return peers.inspector(scratch, serving(Map.of("providers", SIMULATED)), options);
  }

  private Map<?, ?> python(
      List<String> command, String era, List<String> await, List<Map<String, Object>> calls)
      throws Exception {
    return peers.pythonClient(
        scratch, Map.of("command", command, "era", era, "await", await, "calls", calls));
  }

  private List<Object> pythonAtOnce(
      List<String> command, String era, String tool, List<? extends Map<String, ?>> arguments)
      throws Exception {
    Map<String, Object> together = Map.of("tool", tool, "arguments", arguments);
    Map<?, ?> seen =
        peers.pythonClient(
            scratch,
            Map.of("command", command, "era", era, "await", List.of(tool), "together", together));
    return new ArrayList<>((List<?>) seen.get("together"));
  }

  /** The command that serves with such a configuration, which it finds in its working directory. */
  private List<String> serving(Map<String, Object> configuration) throws IOException {
    Files.writeString(scratch.resolve("cleat.json"), Json.print(configuration));
    return List.of(Peers.ours("cleat"), "serve");
  }

  private static Map<String, Object> call(String tool, Map<String, Object> arguments) {
    return Map.of("tool", tool, "arguments", arguments);
  }

  private static void saysTheSameTwice(Object answer) throws IOException {
    assertThat(Json.parse((String) at(answer, "text"))).isEqualTo(at(answer, "structured"));
  }

  private static List<Object> namesOf(Map<?, ?> listed) {
    return ((List<?>) listed.get("tools")).stream().<Object>map(tool -> at(tool, "name")).toList();
  }

  private static Object at(Object json, String... path) {
    Object found = json;
    for (String key : path) {
      found = ((Map<?, ?>) found).get(key);
    }
    return found;
  }
}

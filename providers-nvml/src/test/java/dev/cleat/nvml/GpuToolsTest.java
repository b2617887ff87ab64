// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuToolsTest {

  @Test
  void everyToolOnlyReadsAndSaysFirstWhenToUseIt() {
    try (Calls calls = Calls.simulated("h100x8")) {
      assertThat(calls.tools().tools())
          .extracting(ServedTool::name)
          .containsExactly("get_gpu_inventory", "get_gpu_health", "analyze_xid_errors");
      assertThat(calls.tools().tools())
          .allSatisfy(
              tool -> {
                assertThat(tool.tool().hints().readOnly()).isTrue();
                assertThat(tool.tool().hints().idempotent()).isTrue();
                assertThat(tool.tool().hints().destructive()).isFalse();
                assertThat(tool.tool().description()).startsWith("Use this");
                assertThat(tool.tool().outputSchema()).isPresent();
              });
    }
  }

  @Test
  void aHealthyMachineIsToldInAFewHundredBytes() {
    try (Calls calls = Calls.simulated("h100x8")) {
      String summary = calls.json("get_gpu_health", Map.of());

      assertThat(summary).startsWith("{\"verdict\":\"healthy\",\"source\":\"simulated\"");
      assertThat(summary.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(400);
      assertThat(calls.json("get_gpu_health", Map.of("detail", "full")).getBytes(UTF_8))
          .hasSizeLessThanOrEqualTo(8_192);
    }
  }

  @Test
  void aSickGpuIsToldWithWhatToDoInOneShortAnswer() {
    try (Calls calls = Calls.simulated("h100x8/memory-cascade")) {
      String summary = calls.json("get_gpu_health", Map.of());

      assertThat(summary).startsWith("{\"verdict\":\"critical\",\"source\":\"simulated\"");
      assertThat(summary)
          .contains(
              "GPU 5 is critical",
              "GPU Reset Required",
              "Drain",
              "\"healthy\":7",
              "2026-11-01T11:48:00");
      assertThat(summary.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(1_200);
    }
  }

  @Test
  void whatIsTheSameOnEveryGpuIsToldOnce() {
    try (Calls calls = Calls.simulated("h100x8/no-permission")) {
      Map<String, Object> answer = calls.answer("get_gpu_health", Map.of());

      assertThat((List<?>) answer.get("findings")).hasSize(1);
      assertThat(String.valueOf(answer.get("findings"))).contains("same_on=[1, 2, 3, 4, 5, 6, 7]");
    }
  }

  @Test
  void aRealLogBesideSimulatedGpusIsSaidToBeThat() {
    try (LogFile file = LogFile.of("[1.000000] NVRM: Xid (PCI:0000:18:00): 62, 324c1547");
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      assertThat(calls.json("analyze_xid_errors", Map.of())).contains("The kernel log is a file");
      assertThat(calls.json("get_gpu_health", Map.of())).contains("The kernel log is a file");
    }
  }

  @Test
  void everyAnswerSaysThatItIsSimulated() {
    for (String source : List.of("h100x8/healthy", "a100x4-mig/hang", "mixed/lost", "t4x1/idle")) {
      try (Calls calls = Calls.simulated(source)) {
        for (ServedTool tool : calls.tools().tools()) {
          Map<String, Object> answer = calls.answer(tool.name(), Map.of());

          assertThat(answer).containsEntry("source", "simulated");
          assertThat(String.valueOf(answer.get("text")))
              .startsWith("Simulated GPUs, no real hardware");
          assertThat(String.valueOf(answer.get("node"))).startsWith("simulated-");
        }
      }
    }
  }

  @Test
  void gpusAreChosenByIndexUuidOrAddress() {
    try (Calls calls = Calls.simulated("h100x8/memory-cascade")) {
      String uuid = SimulatedUuid.of(SimProfile.H100X8, 5);

      for (Object entry :
          List.of(5, "5", uuid, "0000:ab:00.0", "00000000:AB:00.0", "PCI:0000:ab:00")) {
        assertThat(calls.answer("get_gpu_health", Map.of("gpus", List.of(entry))))
            .containsEntry("verdict", "critical")
            .containsEntry("counts", Map.of("critical", 1));
      }
      assertThat(calls.answer("get_gpu_health", Map.of("gpus", List.of(0, 1))))
          .containsEntry("verdict", "healthy");
      assertThat(calls.json("analyze_xid_errors", Map.of("gpus", List.of(0))))
          .contains("no incidents");
    }
  }

  @Test
  void anUnknownGpuIsAnInvalidArgumentThatListsTheKnownOnes() {
    try (Calls calls = Calls.simulated("h100x8")) {
      for (Object entry : List.of(8, -1, "GPU-0", "0000:01:00.0", "", 1.5, true)) {
        ToolResult.Failure failure =
            calls.failure("get_gpu_health", Map.of("gpus", List.of(entry)));

        assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_ARGUMENT);
        assertThat(failure.hint()).contains("0000:18:00.0", SimulatedUuid.of(SimProfile.H100X8, 0));
      }
    }
  }

  @Test
  void aMissingGpuCanBeAskedAboutByItsAddress() {
    try (Calls calls = Calls.simulated("h100x8/count-mismatch")) {
      assertThat(calls.json("analyze_xid_errors", Map.of("gpus", List.of("0000:ab:00"))))
          .contains("gpu_lost", "1 incident.");
    }
  }

  @Test
  void theCascadeIsOneIncidentWithItsFollowersAndTheDriversVerdict() {
    try (Calls calls = Calls.simulated("h100x8/memory-cascade")) {
      Map<String, Object> answer = calls.answer("analyze_xid_errors", Map.of("raw", true));

      assertThat((List<?>) answer.get("incidents")).hasSize(1);
      assertThat(answer)
          .containsEntry("totals", Map.of("45", 3, "48", 1, "63", 1, "94", 1, "154", 1));
      assertThat(String.valueOf(answer.get("incidents")))
          .contains(
              "ROBUST_CHANNEL_GPU_ECC_DBE",
              "GPU Reset Required",
              "hardware",
              "train_llm",
              "NVRM: Xid");
    }
  }

  @Test
  void incidentsArePagedWithACheckedCursor() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      log.append('[').append(120 * i).append(".000000] NVRM: Xid (PCI:0000:18:00): 62, 324c1547\n");
    }
    try (LogFile file = LogFile.of(log.toString());
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      Map<String, Object> first = calls.answer("analyze_xid_errors", Map.of("limit", 30));
      Object cursor = first.get("next_cursor");
      Map<String, Object> second =
          calls.answer("analyze_xid_errors", Map.of("limit", 30, "cursor", cursor));

      assertThat((List<?>) first.get("incidents")).hasSize(30);
      assertThat((List<?>) second.get("incidents")).hasSize(20);
      assertThat(second).doesNotContainKey("next_cursor");
      for (Object bad : List.of("x", "", "!!", cursor + "x", "AAAA")) {
        assertThat(calls.failure("analyze_xid_errors", Map.of("cursor", bad)).kind())
            .isEqualTo(FailureKind.INVALID_ARGUMENT);
      }
      assertThat(
              calls
                  .failure("analyze_xid_errors", Map.of("cursor", cursor, "since", "2h"))
                  .message())
          .contains("other arguments");
    }
  }

  @Test
  void sinceIsATimeSpanOrAMoment() {
    try (Calls calls = Calls.simulated("h100x8/memory-cascade")) {
      for (String since :
          List.of(
              "15m",
              "2h",
              "1d",
              "PT2H",
              "pt30m",
              "2026-11-01T11:00:00Z",
              "2026-11-01T13:00:00+02:00")) {
        assertThat(calls.json("analyze_xid_errors", Map.of("since", since)))
            .contains("1 incident.");
      }
      for (String since : List.of("5m", "10s", "PT1M", "2026-11-01T11:59:00Z")) {
        assertThat(calls.json("analyze_xid_errors", Map.of("since", since)))
            .contains("no incidents.");
      }
      for (String since : List.of("yesterday", "", "-2h", "2", "2w", "PT", "2026-11-01")) {
        assertThat(calls.failure("analyze_xid_errors", Map.of("since", since)).kind())
            .isEqualTo(FailureKind.INVALID_ARGUMENT);
      }
    }
  }

  @Test
  void codesSelectIncidentsThatHoldThem() {
    try (Calls calls = Calls.simulated("h100x8/memory-cascade")) {
      assertThat(calls.json("analyze_xid_errors", Map.of("codes", List.of(94))))
          .contains("1 incident.");
      assertThat(calls.json("analyze_xid_errors", Map.of("codes", List.of(13))))
          .contains("no incidents.");
    }
  }

  @Test
  void inventoryTellsModelsSplitsAndWhatIsMissing() {
    try (Calls mig = Calls.simulated("a100x4-mig");
        Calls lost = Calls.simulated("h100x8/lost");
        Calls missing = Calls.simulated("h100x8/count-mismatch")) {
      assertThat(mig.json("get_gpu_inventory", Map.of()))
          .contains("A100", "3g.20gb", "2g.10gb", "1g.5gb", "ampere");
      assertThat(lost.json("get_gpu_inventory", Map.of()))
          .contains("GPU_IS_LOST", "\"found\":8", "0000:ab:00.0");
      assertThat(missing.answer("get_gpu_inventory", Map.of()))
          .containsEntry("found", 7)
          .containsEntry("expected", 8)
          .containsEntry("missing", List.of("0000:ab:00.0"));
    }
  }

  @Test
  void everyAnswerStaysWithinBoundsInEveryScenario() {
    for (SimScenario scenario : SimScenario.values()) {
      try (Calls calls = Calls.simulated("h100x8/" + scenario.wireName())) {
        assertThat(calls.json("get_gpu_health", Map.of()).getBytes(UTF_8))
            .hasSizeLessThanOrEqualTo(4_096);
        assertThat(calls.json("get_gpu_health", Map.of("detail", "full")).getBytes(UTF_8))
            .hasSizeLessThanOrEqualTo(16_384);
        assertThat(calls.json("analyze_xid_errors", Map.of("raw", true)).getBytes(UTF_8))
            .hasSizeLessThanOrEqualTo(8_192);
      }
    }
  }
}

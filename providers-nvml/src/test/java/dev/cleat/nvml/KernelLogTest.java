// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.ToolResult;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KernelLogTest {

  private static final String LOST =
      "NVRM: Xid (PCI:0000:ab:00): 79, pid=1, name=x, GPU has fallen off the bus.";

  @Test
  void aMissingLogIsAClearFailureOfAnalysisAndMakesHealthUnknown(@TempDir Path folder) {
    try (Calls calls = Calls.with(Map.of("kernelLog", folder.resolve("none").toString()))) {
      ToolResult.Failure failure = calls.failure("analyze_xid_errors", Map.of());

      assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
      assertThat(failure.message()).contains("none does not exist");
      assertThat(failure.hint()).contains("providers.nvml.kernelLog");
      assertThat(calls.answer("get_gpu_health", Map.of())).containsEntry("verdict", "unknown");
      assertThat(calls.json("get_gpu_health", Map.of()))
          .contains("kernel_log_unreadable", "\"healthy\":8");
    }
  }

  @Test
  void aFolderIsNoLog(@TempDir Path folder) {
    try (Calls calls = Calls.with(Map.of("kernelLog", folder.toString()))) {
      assertThat(calls.failure("analyze_xid_errors", Map.of()).message())
          .contains("not a regular file");
    }
  }

  @Test
  void aBinaryFileIsNoLog() {
    byte[] bytes = new byte[100_000];
    new Random(1).nextBytes(bytes);
    try (LogFile file = LogFile.of(bytes);
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      assertThat(calls.failure("analyze_xid_errors", Map.of()).message()).contains("not text");
    }
  }

  @Test
  void ofAHugeLogTheEndIsReadAndThatIsSaid() throws Exception {
    String uninteresting =
        "Nov  1 10:00:00 host kernel: usb 1-1: nothing of interest here at all\n";
    String filler = uninteresting.repeat(220_000);
    String first = "Nov  1 09:00:00 host kernel: " + LOST + "\n";
    String last = "Nov  1 11:59:00 host kernel: " + LOST.replace("ab", "18") + "\n";
    try (LogFile file = LogFile.of(first + filler + last)) {
      KernelLog.Content content = new FileKernelLog(Path.of(file.path())).read(FixedClock.START);

      assertThat(content.events()).hasSize(1);
      assertThat(content.events().get(0).pciText()).isEqualTo("0000:18:00");
      assertThat(content.notes()).anyMatch(note -> note.contains("Only the last 8 MiB"));
    }
  }

  @Test
  void aFloodOfReportsIsAnsweredWithinBounds() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      log.append("4,")
          .append(i)
          .append(',')
          .append(i * 1_000_000L)
          .append(",-;NVRM: Xid (PCI:0000:");
      log.append(String.format("%02x", i % 200))
          .append(":00): 13, pid=")
          .append(i)
          .append(", name=p, x\n");
    }
    try (LogFile file = LogFile.of(log.toString());
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      String xids = calls.json("analyze_xid_errors", Map.of("limit", 100, "raw", true));

      assertThat(xids.getBytes(UTF_8)).hasSizeLessThan(200_000);
      assertThat(xids).contains("older records of the driver were left out");
      assertThat(calls.json("get_gpu_health", Map.of("detail", "full")).getBytes(UTF_8))
          .hasSizeLessThan(64_000);
    }
  }

  @Test
  void oneEndlessLineIsReadInBounds() {
    try (LogFile file =
            LogFile.of("NVRM: Xid (PCI:0000:ab:00): 13, (" + "((0x1 ".repeat(1_000_000));
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      assertThat(calls.json("analyze_xid_errors", Map.of("raw", true)))
          .contains("\"truncated\":true")
          .hasSizeLessThan(4_096);
    }
  }

  @Test
  void whatTheLogSaysReachesHealth() {
    try (LogFile file = LogFile.of("Nov  1 11:59:00 host kernel: " + LOST);
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      assertThat(calls.json("get_gpu_health", Map.of()))
          .contains("xid_79", "\"verdict\":\"critical\"");
    }
  }

  @Test
  void anIncidentOfYesterdayNoLongerCounts() {
    try (LogFile file = LogFile.of("Oct 31 11:59:00 host kernel: " + LOST);
        Calls calls = Calls.with(Map.of("kernelLog", file.path()))) {
      assertThat(calls.answer("get_gpu_health", Map.of())).containsEntry("verdict", "healthy");
    }
  }

  @Test
  void recordsThatAreMissingAreCountedByTheirNumbers() {
    KernelLogLines log = new KernelLogLines(FixedClock.START, Optional.empty());
    log.add("4,100,1000000,-;" + LOST);
    log.add("4,105,2000000,-;something else");

    assertThat(log.content("test").lostRecords()).isEqualTo(4);
  }

  @Test
  void aKmsgRecordIsUnescapedAndItsDeviceLinesAreItsOwn() {
    KernelLogLines log =
        new KernelLogLines(FixedClock.START, Optional.of(FixedClock.START.minusSeconds(10)));
    log.add("4,100,1000000,-;NVRM: Xid (PCI:0000:ab:00): 13, pid=1, name=caf\\xc3\\xa9\\x0a, x");
    log.add(" SUBSYSTEM=pci");
    log.add(" DEVICE=+pci:0000:ab:00.0");
    XidEvent event = log.content("test").events().get(0);

    assertThat(event.process()).contains("café\n".strip());
    assertThat(event.record().extra()).containsEntry("DEVICE", "+pci:0000:ab:00.0");
    assertThat(event.wall()).contains(Instant.parse("2026-11-01T11:59:51Z"));
  }

  @Test
  void aDateWithoutAYearIsTheLatestThatIsNotInTheFuture() {
    KernelFrames frames = new KernelFrames(FixedClock.START, Optional.empty());

    assertThat(frames.parse("Nov  1 11:00:00 h kernel: x", 0, false).wall())
        .contains(Instant.parse("2026-11-01T11:00:00Z"));
    assertThat(frames.parse("Dec 24 11:00:00 h kernel: x", 0, false).wall())
        .contains(Instant.parse("2025-12-24T11:00:00Z"));
    assertThat(frames.parse("Feb 29 11:00:00 h kernel: x", 0, false).wall())
        .contains(Instant.parse("2024-02-29T11:00:00Z"));
  }

  @Test
  void theUnreadableSaysWhy() {
    assertThatThrownBy(() -> new FileKernelLog(Path.of("/nowhere")).read(FixedClock.START))
        .isInstanceOf(KernelLog.Unreadable.class)
        .hasMessageContaining("/nowhere");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final String DOWN =
      "{\"mcpServers\": {\"time\": {\"command\": \"no-such-command-here\"}}}";

  @TempDir Path folder;

  @Test
  void toolsAreListedWithTheirMarks() {
    Run.Result result = Run.in(folder).run("tools");

    assertThat(result.out())
        .containsPattern("(?m)^  measure +Measure$")
        .containsPattern("(?m)^\\+ write_note +Writes\\.$")
        .containsPattern("(?m)^! burn_notes +Burns all\\.$")
        .contains("only with --allow-write")
        .contains("only with --allow-destructive");
    assertThat(result.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(result.exit()).isZero();
  }

  @Test
  void toolsAsJsonHaveSchemasAndAnnotations() throws Exception {
    Map<?, ?> all = (Map<?, ?>) Json.parse(Run.in(folder).run("tools", "--json").out());

    Map<?, ?> burn =
        ((List<?>) all.get("tools"))
            .stream()
                .map(tool -> (Map<?, ?>) tool)
                .filter(tool -> "burn_notes".equals(tool.get("name")))
                .findFirst()
                .orElseThrow();
    assertThat(burn.get("inputSchema")).isInstanceOf(Map.class);
    assertThat(burn.get("outputSchema")).isInstanceOf(Map.class);
    assertThat(burn.get("annotations"))
        .isEqualTo(
            Map.of(
                "readOnlyHint", false,
                "destructiveHint", true,
                "idempotentHint", false,
                "openWorldHint", false));
  }

  @Test
  void aServerThatIsDownHidesNoTool() {
    Run.Result result = Run.in(folder).configured(DOWN).run("tools");

    assertThat(result.out()).contains("measure");
    assertThat(result.err())
        .contains("\"time\" cannot be connected")
        .contains("no-such-command-here");
    assertThat(result.exit()).isZero();
  }

  @Test
  void doctorIsContentWhenNothingIsBroken() {
    Run.Result result = Run.in(folder).run("doctor");

    assertThat(result.out())
        .contains("ok      provider workshop: a workshop")
        .contains("none, so the defaults hold; looked for cleat.json and");
    assertThat(result.exit()).isZero();
  }

  @Test
  void doctorNamesTheServerThatIsDownAndWhatToDo() {
    Run.Result result = Run.in(folder).configured(DOWN).run("doctor");

    assertThat(result.out())
        .contains("BROKEN  server time: \"time\" cannot be connected.")
        .contains("Fix: Run \"no-such-command-here\" by hand");
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void doctorCountsAnUnavailableProviderOnlyWhenItIsConfigured() {
    Run.Result result =
        Run.in(folder).configured("{\"providers\": {\"workshop\": {\"size\": 0}}}").run("doctor");

    assertThat(result.out())
        .contains("BROKEN  provider workshop: The workshop is too small.")
        .contains("Fix: Enlarge it.");
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void doctorSpeaksJson() throws Exception {
    Run.Result result =
        Run.in(folder)
            .configured("{\"mcpServers\": {\"far\": {\"url\": \"http://127.0.0.1:1/mcp\"}}}")
            .run("doctor", "--json");

    Map<?, ?> report = (Map<?, ?>) Json.parse(result.out());
    assertThat(report.get("ok")).isEqualTo(false);
    assertThat((List<?>) report.get("checks"))
        .map(check -> ((Map<?, ?>) check).get("subject") + " " + ((Map<?, ?>) check).get("status"))
        .contains("java ok", "configuration ok", "provider ok", "server broken");
  }

  @Test
  void aBrokenFileIsAFindingOfTheDoctor() {
    Run.Result result = Run.in(folder).configured("{").run("doctor");

    assertThat(result.out()).contains("BROKEN  configuration: cleat.json:1: this is not JSON");
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void serveAnswersWhatItReadsAndEndsWithItsInput() throws Exception {
    Run.Result result =
        Run.in(folder).piping("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").run("serve");

    assertThat(Json.parse(result.out()))
        .isEqualTo(Map.of("jsonrpc", "2.0", "id", 1L, "result", Map.of()));
    assertThat(result.err()).isEmpty();
    assertThat(result.exit()).isZero();
  }

  @Test
  void aSlipInTheCommandIsToldTheNearestOne() {
    Run.Result result = Run.in(folder).run("srve");

    assertThat(result.err()).contains("Did you mean \"serve\"?");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void coloursAreForTerminalsOnly() {
    assertThat(Run.in(folder).run("tools").out()).doesNotContain("\u001b");
    assertThat(Run.in(folder).typing("").run("tools").out()).contains("\u001b[");
    assertThat(Run.in(folder).typing("").with("NO_COLOR", "").run("tools").out())
        .doesNotContain("\u001b");
  }

  @Test
  void theDemoShowsTheSickGpuAndWhatToDo() {
    Run.Result result = Run.in(folder).run("demo");

    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("SIMULATED")
        .contains("CRITICAL")
        .contains("GPU 5, recovery_action")
        .contains("XID 48")
        .contains("to do       Drain GPU 5");
    assertThat(result.out().lines())
        .hasSizeLessThan(40)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(result.exit()).isZero();
  }
}

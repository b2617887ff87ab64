// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallCommandTest {
  @TempDir Path folder;

  @Test
  void theStructuredResultIsPrintedAsJson() throws Exception {
    Run.Result result =
        Run.in(folder)
            .run("call", "repeat_all", "count=2", "numbers=[4]", "--json", "{\"id\":\"x\"}");

    assertThat(Json.parse(result.out()))
        .isEqualTo(Map.of("count", 2L, "numbers", List.of(4L), "id", "x"));
    assertThat(result.err()).isEmpty();
    assertThat(result.exit()).isZero();
  }

  @Test
  void aFailureIsToldWithItsHintAndEndsWithOne() {
    Run.Result result = Run.in(folder).run("call", "break_tool");

    assertThat(result.err()).isEqualTo("cleat: It is broken.\nMend it.\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void anUnknownToolIsToldTheNearestOne() {
    Run.Result result = Run.in(folder).run("call", "mesure");

    assertThat(result.err())
        .isEqualTo(
            "cleat: There is no tool \"mesure\". Did you mean \"measure\"?"
                + " cleat tools lists what there is.\n");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void anUnknownArgumentIsToldTheNearestOne() {
    Run.Result result = Run.in(folder).run("call", "repeat_all", "cout=1");

    assertThat(result.err()).contains("cout").contains("Did you mean \"count\"?");
    assertThat(result.exit()).isEqualTo(1);
  }

  @Test
  void anArgumentOfTheWrongTypeIsAMistakeOfUse() {
    Run.Result result = Run.in(folder).run("call", "repeat_all", "count=x");

    assertThat(result.err()).startsWith("cleat: count has to be an integer");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void aMissingToolIsAMistakeOfUse() {
    Run.Result result = Run.in(folder).run("call");

    assertThat(result.err()).contains("TOOL").contains("cleat call --help tells more.");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void aWritingToolNeedsItsSwitch() {
    Run.Result refused = Run.in(folder).run("call", "write_note");
    Run.Result allowed = Run.in(folder).run("call", "write_note", "--allow-write");

    assertThat(refused.err())
        .isEqualTo("cleat: write_note changes things. Add --allow-write to call it.\n");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(allowed.out()).contains("written");
  }

  @Test
  void aDestructiveToolNeedsItsSwitchAndConsent() {
    Run run = Run.in(folder);

    assertThat(run.run("call", "burn_notes", "--allow-write").err())
        .isEqualTo("cleat: burn_notes can destroy things. Add --allow-destructive to call it.\n");
    assertThat(run.run("call", "burn_notes", "--allow-destructive").err())
        .contains("there is no terminal to ask at. Add --yes to consent.");
    assertThat(run.run("call", "burn_notes", "--allow-destructive", "--yes").out())
        .contains("burnt");
  }

  @Test
  void aPersonIsAskedWhatTheToolAsks() {
    Run.Result agreed =
        Run.in(folder).typing("y\n").run("call", "burn_notes", "--allow-destructive");
    Run.Result declined =
        Run.in(folder).typing("\n").run("call", "burn_notes", "--allow-destructive");

    assertThat(agreed.err()).isEqualTo("Burn all 3 notes? [y/N] ");
    assertThat(agreed.out()).contains("burnt");
    assertThat(declined.err()).contains("The user did not agree.");
    assertThat(declined.exit()).isEqualTo(1);
  }

  @Test
  void aPersonFillsInWhatAToolAsksFor() {
    Run.Result filled =
        Run.in(folder).typing("y\nblue\ngreen\n2\nyes\n\n").run("call", "order_paint");
    Run.Result declined = Run.in(folder).typing("n\n").run("call", "order_paint");
    Run.Result givenUp = Run.in(folder).typing("y\na\nb\nc\n").run("call", "order_paint");
    Run.Result nobody = Run.in(folder).run("call", "order_paint");

    assertThat(filled.err())
        .contains("Which paint? Answer now? [y/N]", "color (one of red, green)", "does not fit")
        .contains("note (string, optional)");
    assertThat(filled.out()).contains("color=GREEN, liters=2, glossy=true, note=Optional.empty");
    assertThat(declined.out()).contains("no paint");
    assertThat(givenUp.out()).contains("no paint");
    assertThat(nobody.exit()).isEqualTo(1);
    assertThat(nobody.err()).contains("elicitation/create");
  }

  @Test
  void progressIsShownOnATerminalAndTakenAwayAgain() throws Exception {
    Path file = folder.resolve("there");
    Run.in(folder).file("there", "");

    Run.Result result = Run.in(folder).typing("").run("call", "hold_on", "file=" + file);

    assertThat(result.err()).contains("50 %  holding").endsWith("\r\u001b[K");
    assertThat(Json.parse(result.out())).isEqualTo(Map.of("text", "let go"));
  }

  @Test
  void aToolOfAServerThatIsDownIsToldWithTheCause() {
    Run.Result result =
        Run.in(folder)
            .configured("{\"mcpServers\": {\"time\": {\"command\": \"no-such-command-here\"}}}")
            .run("call", "time__now");

    assertThat(result.err())
        .contains("\"time\" cannot be connected")
        .contains("no-such-command-here");
    assertThat(result.exit()).isEqualTo(1);
  }
}

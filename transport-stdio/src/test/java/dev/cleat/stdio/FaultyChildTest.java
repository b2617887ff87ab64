// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Children that die in a call, or say what is no answer. */
@DisabledOnOs(OS.WINDOWS)
class FaultyChildTest extends ChildProcesses {
  @Test
  void aChildThatDiesInACallEndsItAtOnceWithItsExitCodeAndLastWords() {
    McpClient client = connect("old");

    Duration took =
        timeOf(
            () ->
                assertThatThrownBy(() -> call(client, "die"))
                    .isInstanceOfSatisfying(
                        McpException.OutcomeUnknown.class,
                        e -> assertThat(e.mayHaveExecuted()).isTrue())
                    .hasMessageContaining("exited with code 3")
                    .hasMessageContaining("something broke\nlast words"));
    assertThat(took).isLessThan(SOON);

    assertThat(
            timeOf(
                () ->
                    assertThatThrownBy(() -> call(client, "echo"))
                        .isInstanceOf(McpException.NotSent.class)
                        .hasMessageContaining("exited with code 3")))
        .isLessThan(SOON);
    assertThat(client.ended()).isDone();
  }

  @Test
  void aChildThatDiesEndsAllCallsThatWait() throws Exception {
    McpClient client = connect("old");
    List<Future<Throwable>> hanging = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      hanging.add(failing(client, "hang"));
    }
    for (int i = 0; i < 5; i++) {
      awaitLedger("hangs");
    }

    ProcessHandle.of(pid()).orElseThrow().destroyForcibly();

    for (Future<Throwable> call : hanging) {
      assertThat(call.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
          .isInstanceOf(McpException.class)
          .hasMessageContaining("exited with code 137");
    }
  }

  @Test
  void halfALineBeforeTheExitIsNoAnswer() {
    McpClient client = connect("old");

    assertThatThrownBy(() -> call(client, "half"))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("exited with code 4");
  }

  @Test
  void aChildThatClosesItsOutputIsOverThoughItLives() throws Exception {
    McpClient client = connect("old");

    assertThatThrownBy(() -> call(client, "close stdout"))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("closed its output");
    client.close();

    assertGone(pid());
  }

  @Test
  void junkLinesAreSkipped() {
    McpClient client = connect("old");

    assertThat(call(client, "junk")).isEqualTo("after the junk");
    assertThat(call(client, "echo")).isEqualTo("echo");
  }

  @Test
  void neitherAClosedNorAFloodedErrorOutputHarmsTheConnection() {
    McpClient client = connect("old");

    assertThat(call(client, "flood stderr")).isEqualTo("said a lot");
    assertThat(call(client, "close stderr")).isEqualTo("stderr is closed");
    assertThat(call(client, "echo")).isEqualTo("echo");
    assertThatThrownBy(() -> call(client, "half"))
        .hasMessageContaining("the flood is over")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(30_000));
  }
}

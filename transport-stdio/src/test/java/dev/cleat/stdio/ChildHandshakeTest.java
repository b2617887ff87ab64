// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Children of either era, and those that do not start. */
@DisabledOnOs(OS.WINDOWS)
class ChildHandshakeTest extends ChildProcesses {
  private static String lastStart(List<String> heard) {
    return heard.stream()
        .filter(line -> line.startsWith("start "))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  @Test
  void anOldServerIsInitialisedInTheSameProcess() throws Exception {
    McpClient client = connect("old");

    assertThat(client.peer().name()).isEqualTo("scripted");
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
    call(client, "echo");
    assertThat(heard()).filteredOn(line -> line.startsWith("start")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"older", "leaver"})
  void aServerThatExitsOverTheFirstQuestionIsStartedAgain(String mode) throws Exception {
    McpClient client = connect(mode);

    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
    assertThat(call(client, "echo")).isEqualTo("echo");
    List<String> heard = heard();
    assertThat(heard).filteredOn(line -> line.startsWith("start")).hasSize(2);
    int second = heard.lastIndexOf(lastStart(heard));
    assertThat(heard.get(second + 1)).contains("initialize");
  }

  @Test
  void aServerOfTheNewestEraAloneIsNeverInitialised() throws Exception {
    McpClient client = connect("newest");

    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
    assertThat(call(client, "echo")).isEqualTo("echo");
    assertThat(heard()).noneMatch(line -> line.contains("initialize"));
  }

  @Test
  void aServerThatCannotStartIsNotConnectedAndSaysWhy() {
    assertThatThrownBy(() -> connect("broken"))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("exited with code 5")
        .hasMessageContaining("cannot open the database");
  }

  @Test
  void aCommandThatCannotBeStartedIsNamed() {
    assertThatThrownBy(() -> connect(ClientDefinition.command("no-such-command-here"), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("\"no-such-command-here\" could not be started")
        .hasMessageContaining("on the PATH?");
    assertThatThrownBy(() -> connect(server("api").cwd(folder.resolve("nowhere")).build(), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void anEnvironmentThatNoProcessCanGetIsRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> connect(server("api").putEnv("TOKEN", "s3cret\u0000").build(), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .satisfies(e -> assertThat(String.valueOf(e)).doesNotContain("s3cret"))
        .hasNoCause();
  }
}

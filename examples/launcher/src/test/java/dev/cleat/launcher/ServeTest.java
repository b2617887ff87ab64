// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code cleat serve} as a process, with its real streams and signals. */
class ServeTest {
  @TempDir Path folder;

  @Test
  void aClientIsServedAndTheEndOfItsInputEndsTheServer() throws Exception {
    try (Child server = Child.serve(folder).initialized()) {
      server.request(1, "tools/list", "{}");
      String tools = server.answer(1).toString();
      server.call(2, "measure", "{}");
      String size = server.answer(2).toString();
      server.closeInput();

      assertThat(tools).contains("measure", "get_gpu_health");
      assertThat(size).contains("size 1");
      assertThat(server.isSilent()).isTrue();
      assertThat(server.awaitExit()).isZero();
    }
    assertThat(folder.resolve("stderr")).isEmptyFile();
  }

  @Test
  void junkIsAnsweredAndServingGoesOn() throws Exception {
    try (Child server = Child.serve(folder).initialized()) {
      server.say("this is no JSON");
      Map<?, ?> complaint = server.next();
      server.say("[]");
      Map<?, ?> second = server.next();
      server.call(3, "measure", "{}");

      assertThat(((Map<?, ?>) complaint.get("error")).get("code")).isEqualTo(-32700L);
      assertThat(((Map<?, ?>) second.get("error")).get("code")).isEqualTo(-32600L);
      assertThat(server.answer(3).toString()).contains("size 1");
    }
  }

  @Test
  void onlyReadingToolsAreServedUnlessToldOtherwise() throws Exception {
    try (Child server = Child.serve(folder).initialized()) {
      server.request(1, "tools/list", "{}");
      String tools = server.answer(1).toString();
      server.call(2, "write_note", "{}");
      Map<?, ?> refused = server.answer(2);

      assertThat(tools).doesNotContain("write_note", "burn_notes");
      assertThat(((Map<?, ?>) refused.get("result")).get("isError")).isEqualTo(true);
      assertThat(refused.toString()).contains("--allow-write");
    }
  }

  @Test
  void theSwitchesAllowTheOthers() throws Exception {
    try (Child server = Child.serve(folder, "--allow-destructive", "--yes").initialized()) {
      server.call(1, "write_note", "{}");
      assertThat(server.answer(1).toString()).contains("written");
      server.call(2, "burn_notes", "{}");
      assertThat(server.answer(2).toString()).contains("burnt");
    }
  }

  @Test
  void aServerThatIsDownStopsNothingAndIsReported() throws Exception {
    Files.writeString(
        folder.resolve("cleat.json"),
        "{\"mcpServers\": {\"time\": {\"command\": \"no-such-command-here\"}}}");

    try (Child server = Child.serve(folder).initialized()) {
      server.call(1, "measure", "{}");
      assertThat(server.answer(1).toString()).contains("size 1");
      server.closeInput();
      assertThat(server.awaitExit()).isZero();
    }
    assertThat(folder.resolve("stderr"))
        .content()
        .contains("cleat: \"time\" cannot be connected")
        .contains("no-such-command-here");
  }

  @Test
  void anUpstreamsToolsAreServedUnderItsNameEvenToAClientThatAsksAtOnce() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(folder.resolve("inner.json"), "{}");
    Files.writeString(
        folder.resolve("cleat.json"),
        Json.print(
            Map.of(
                "mcpServers",
                Map.of(
                    "inner",
                    Map.of(
                        "command",
                        java.toString(),
                        "args",
                        List.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            Cleat.class.getName(),
                            "serve",
                            "--config",
                            folder.resolve("inner.json").toString()))))));

    try (Child server = Child.serve(folder).initialized()) {
      server.call(1, "inner__measure", "{}");
      assertThat(server.answer(1).toString()).contains("size 1");
    }
    try (Child server = Child.serve(folder).initialized()) {
      server.request(1, "tools/list", "{}");
      assertThat(server.answer(1).toString()).contains("inner__measure", "get_gpu_health");
    }
  }

  @Test
  void aCallThatRunsWhileTheInputEndsIsAnswered() throws Exception {
    Path file = folder.resolve("let-go");

    try (Child server = Child.serve(folder).initialized()) {
      server.call(1, "hold_on", Json.print(Map.of("file", file.toString())));
      assertThat(server.next().get("method")).isEqualTo("notifications/progress");
      server.closeInput();
      Files.createFile(file);

      assertThat(server.answer(1).toString()).contains("let go");
      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void aCallThatRunsWhileTheServerIsTerminatedIsAnswered() throws Exception {
    Path file = folder.resolve("let-go");

    try (Child server = Child.serve(folder).initialized()) {
      server.call(1, "hold_on", Json.print(Map.of("file", file.toString())));
      assertThat(server.next().get("method")).isEqualTo("notifications/progress");
      server.terminate();
      awaitRefusal(server);
      Files.createFile(file);

      assertThat(server.answer(1).toString()).contains("let go");
      assertThat(server.awaitExit()).isZero();
    }
  }

  /** Calls until the server says that it ends. */
  private static void awaitRefusal(Child server) throws Exception {
    int id = 2;
    do {
      id++;
      server.call(id, "measure", "{}");
    } while (server.answer(id).toString().contains("size 1"));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void anIdleServerThatIsTerminatedEndsWithZero() throws Exception {
    try (Child server = Child.serve(folder).initialized()) {
      server.terminate();

      assertThat(server.isSilent()).isTrue();
      assertThat(server.awaitExit()).isZero();
    }
  }
}

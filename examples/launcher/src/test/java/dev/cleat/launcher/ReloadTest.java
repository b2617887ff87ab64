// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cleat.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code cleat serve} whose configuration changes while it serves, with real upstreams. */
class ReloadTest {
  private static final long WATCHDOG_SECONDS = 60;

  @TempDir Path folder;

  private final Map<String, Object> servers = new LinkedHashMap<>();
  private final Map<String, Object> providers = new LinkedHashMap<>();
  private int lastId = 100;

  private Path ledger() {
    return folder.resolve("ledger");
  }

  private void server(String namespace, String name) {
    servers.put(
        namespace,
        Map.of(
            "command",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "args",
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LedgerUpstream.class.getName(),
                name,
                ledger().toString())));
  }

  /** Puts the file in its place as a whole, as editors and deployments do. */
  private void configure() throws IOException {
    configure(Json.print(Map.of("mcpServers", servers, "providers", providers)));
  }

  private void configure(String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve("fresh"), text);
    Files.move(
        fresh,
        folder.resolve("cleat.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private String call(Child child, String tool) throws IOException {
    int id = ++lastId;
    child.call(id, tool, tool.contains("__") ? "{\"id\": " + id + "}" : "{}");
    return child.answer(id).toString();
  }

  /** Calls until the answer has that in it; answers on the way have to be good ones. */
  private List<String> callUntil(Child child, String tool, String expected) throws IOException {
    List<String> answers = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
    do {
      assertThat(System.nanoTime()).as("waiting for " + expected).isLessThan(deadline);
      answers.add(call(child, tool));
    } while (!answers.get(answers.size() - 1).contains(expected));
    return answers;
  }

  private void untilTold(String expected, int times) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
    String told;
    do {
      assertThat(System.nanoTime()).as("waiting for " + expected).isLessThan(deadline);
      told = Files.readString(folder.resolve("stderr"));
      Thread.onSpinWait();
    } while (told.split(java.util.regex.Pattern.quote(expected), -1).length <= times);
  }

  @Test
  void aServerIsReplacedUnderCallsOfWhichNoneFailsNorRunsTwice() throws Exception {
    server("up", "old");
    configure();
    Path letGo = folder.resolve("let-go");

    try (Child child = Child.serve(folder).initialized()) {
      callUntil(child, "up__echo", "old");
      child.call(1, "up__hold", Json.print(Map.of("id", 1, "file", letGo.toString())));
      assertThat(child.next().get("method")).isEqualTo("notifications/progress");

      server("up", "new");
      configure();
      List<String> answers = callUntil(child, "up__echo", "new");
      Files.createFile(letGo);

      assertThat(child.answer(1).toString())
          .as("the long call ends where it began")
          .contains("old");
      assertThat(answers).noneMatch(answer -> answer.contains("isError=true"));
      assertThat(answers).noneMatch(answer -> answer.contains("error="));
      child.closeInput();
      assertThat(child.awaitExit()).isZero();
    }
    List<String> executed =
        Files.readAllLines(ledger()).stream()
            .filter(line -> !line.contains("started"))
            .map(line -> line.substring(line.indexOf(' ')))
            .toList();
    assertThat(executed).doesNotHaveDuplicates().hasSize(lastId - 100 + 1);
    assertThat(folder.resolve("stderr"))
        .content()
        .isEqualTo("cleat: cleat.json was read again: up is defined differently.\n");
  }

  @Test
  void serversComeAndGoWithTheFileAndClientsHearOfIt() throws Exception {
    server("a", "A");
    configure();

    try (Child child = Child.serve(folder).initialized()) {
      callUntil(child, "a__echo", "A");
      server("b", "B");
      servers.remove("a");
      configure();
      callUntil(child, "b__echo", "B");

      String tools;
      do {
        int id = ++lastId;
        child.request(id, "tools/list", "{}");
        tools = child.answer(id).toString();
      } while (tools.contains("a__echo"));
      assertThat(tools).contains("b__echo");
    }
    assertThat(folder.resolve("stderr"))
        .content()
        .contains("cleat.json was read again: a is gone, b is new.");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aBrokenFileChangesNothingAndHangupAsksAgain() throws Exception {
    assumeThat(Child.inheritsDeafnessToHangups())
        .as("nohup, under which children hear no SIGHUP")
        .isFalse();
    server("up", "fine");
    configure();

    try (Child child = Child.serve(folder).initialized()) {
      callUntil(child, "up__echo", "fine");

      configure("{\n  \"mcpServers\": {\n    \"up\": { \"command\": 7 }\n  }\n}");
      String fault =
          "cleat: cleat.json:3: mcpServers.up.command has to be a string, and is a number."
              + " What was read last stays in force.";
      untilTold(fault, 1);
      assertThat(call(child, "up__echo")).contains("fine");

      child.hangUp();
      untilTold(fault, 2);
      assertThat(call(child, "up__echo")).contains("fine");

      server("up", "better");
      configure();
      child.hangUp();
      callUntil(child, "up__echo", "better");
      child.closeInput();
      assertThat(child.awaitExit()).isZero();
    }
  }

  @Test
  void providersGetTheirNewSettingsAndKeepTheOldOnesWhenThoseAreWrong() throws Exception {
    providers.put("workshop", Map.of("size", 3));
    configure();

    try (Child child = Child.serve(folder).initialized()) {
      assertThat(call(child, "measure")).contains("size 3");
      providers.put("workshop", Map.of("size", 5));
      configure();
      callUntil(child, "measure", "size 5");

      providers.put("workshop", Map.of("size", "large"));
      configure();
      untilTold("The provider workshop stays as it was.", 1);
      assertThat(call(child, "measure")).contains("size 5");

      providers.clear();
      configure();
      callUntil(child, "measure", "size 1");
    }
    assertThat(folder.resolve("stderr"))
        .content()
        .contains("providers.workshop.size has to be an integer, and is large.");
  }

  @Test
  void toolsOfServersAreFoundAndCalledWhereTheyAreNotListed() throws Exception {
    server("up", "U");
    configure();

    try (Child child = Child.serve(folder, "--search-tools").initialized()) {
      child.request(1, "tools/list", "{}");
      assertThat(child.answer(1).toString())
          .contains("search_tools", "call_tool", "measure")
          .doesNotContain("up__echo");
      child.call(2, "search_tools", "{\"query\": \"echo\"}");
      assertThat(child.answer(2).toString()).contains("up__echo");
      child.call(3, "call_tool", "{\"name\": \"up__echo\", \"arguments\": {\"id\": 3}}");
      assertThat(child.answer(3).toString()).contains("text=U");
    }
  }

  @Test
  void promptsAndResourcesOfServersAreServedToo() throws Exception {
    server("up", "U");
    configure();

    try (Child child = Child.serve(folder).initialized()) {
      child.request(1, "prompts/list", "{}");
      assertThat(child.answer(1).toString()).contains("up__greet");
      child.request(2, "prompts/get", "{\"name\": \"up__greet\"}");
      assertThat(child.answer(2).toString()).contains("I am U");
      child.request(3, "resources/list", "{}");
      assertThat(child.answer(3).toString()).contains("test://U");
      child.request(4, "resources/read", "{\"uri\": \"test://U\"}");
      assertThat(child.answer(4).toString()).contains("text=U");
    }
  }
}

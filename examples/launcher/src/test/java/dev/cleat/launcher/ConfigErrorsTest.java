// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fault of the file is told with its line, and ends the command with 2. */
class ConfigErrorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"mcpServer": {}}           | 1: unknown key "mcpServer". Did you mean "mcpServers"?
          []                          | 1: the configuration has to be an object, and is an array.
          {"mcpServers": [1]}         | 1: mcpServers has to be an object, and is an array.
          {"mcpServers": {"a": 3}}    | 1: mcpServers.a has to be an object, and is a number.
          {"mcpServers": {"a": {}}}   | 1: mcpServers.a: A client is reached by either a command or a url; this one has neither.
          {"mcpServers": {"a b": {}}} | 1: mcpServers.a b: "a b" is not a namespace. Allowed are 1 to 32 of A-Z a-z 0-9 _ -, with a letter or digit at both ends and no double underscore.
          {"mcpServers": {"a": {"command": 5}}} | 1: mcpServers.a.command has to be a string, and is a number.
          {"mcpServers": {"a": {"command": "x", "args": "y"}}} | 1: mcpServers.a.args has to be an array of strings, and is a string.
          {"mcpServers": {"a": {"command": "x", "args": ["y", 2]}}} | 1: mcpServers.a.args[1] has to be a string, and is a number.
          {"mcpServers": {"a": {"command": "x", "env": {"T": true}}}} | 1: mcpServers.a.env.T has to be a string, and is true.
          {"mcpServers": {"a": {"command": "x", "disabled": "no"}}} | 1: mcpServers.a.disabled has to be true or false, and is a string.
          {"mcpServers": {"a": {"command": "x", "timeout": "soon"}}} | 1: mcpServers.a.timeout has to be a time span such as "500ms", "30s", "5m" or "2h", above zero.
          {"mcpServers": {"a": {"command": "x", "timeout": "0s"}}} | 1: mcpServers.a.timeout has to be a time span such as "500ms", "30s", "5m" or "2h", above zero.
          {"mcpServers": {"a": {"command": "x", "idleTimeout": 5}}} | 1: mcpServers.a.idleTimeout has to be a time span such as "500ms", "30s", "5m" or "2h", and is a number.
          {"mcpServers": {"a": {"command": "x", "maxConcurrentCalls": 0}}} | 1: mcpServers.a.maxConcurrentCalls has to be a whole number from 1 on.
          {"mcpServers": {"a": {"command": "x", "maxConcurrentCalls": 1.5}}} | 1: mcpServers.a.maxConcurrentCalls has to be a whole number from 1 on.
          {"mcpServers": {"a": {"command": "x", "maxConcurrentCalls": "8"}}} | 1: mcpServers.a.maxConcurrentCalls has to be a whole number, and is a string.
          {"mcpServers": {"a": {"command": "x", "type": "http"}}} | 1: mcpServers.a.type is "http", which goes with a url, and there is none.
          {"mcpServers": {"a": {"command": "x", "type": "sse"}}} | 1: mcpServers.a.type has to be "stdio" or "http".
          {"mcpServers": {"a": {"command": "x", "url": "http://h/"}}} | 1: mcpServers.a: A client is reached by either a command or a url; this one has both.
          {"mcpServers": {"a": {"url": "ftp://user:hunter2@h/"}}} | 1: mcpServers.a.url has to be a URL such as https://example.org/mcp.
          {"mcpServers": {"a": {"url": "http://h/", "env": {"A": "b"}}}} | 1: mcpServers.a: args, env and cwd go with a command, not with a url.
          {"mcpServers": {"workshop": {"command": "x"}}} | 1: mcpServers.workshop: a provider has this name already. Choose another.
          {"mcpServers": {"a": {"command": "x"}}, "servers": {"a": {"command": "y"}}} | 1: servers.a: mcpServers has an entry of this name too. Remove one.
          {"providers": {"workshp": {}}} | 1: unknown key "workshp" in providers. Did you mean "workshop"?
          {"providers": {"workshop": {"sise": 1}}} | 1: unknown key "sise" in providers.workshop. Did you mean "size"?
          {"providers": {"workshop": {"size": "big"}}} | 1: providers.workshop.size has to be an integer, and is big.
          {"providers": {"workshop": {"size": null}}} | 1: providers.workshop.size has to be a value, and is null.
          {"providers": {"workshop": {"token": ["hunter2"]}}} | 1: providers.workshop.token has to be a string.
          {"a": 1} trailing           | 1: this is not JSON: Unrecognized token that is neither a string, a number nor a word of JSON
          {"a": hunter2}              | 1: this is not JSON: Unrecognized token that is neither a string, a number nor a word of JSON
          """)
  void aFaultIsToldWithItsPlace(String json, String expected) {
    Run.Result result = Run.in(folder).configured(json).run("tools");

    assertThat(result.err()).isEqualTo("cleat: cleat.json:" + expected + "\n");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void theLineIsThatOfTheKey() {
    Run.Result result =
        Run.in(folder)
            .configured(
                """
                {
                  // comments are welcome
                  "mcpServers": {
                    "time": {
                      "command": "uvx",
                      "conectTimeout": "5s",
                    }
                  }
                }
                """)
            .run("tools");

    assertThat(result.err())
        .isEqualTo(
            "cleat: cleat.json:6: unknown key \"conectTimeout\" in mcpServers.time."
                + " Did you mean \"connectTimeout\"?\n");
  }

  @Test
  void anUnknownKeyWithoutANeighbourIsToldWhatThereIs() {
    Run.Result result =
        Run.in(folder)
            .configured("{\"mcpServers\": {\"a\": {\"command\": \"x\", \"qqqqqq\": 1}}}")
            .run("tools");

    assertThat(result.err())
        .contains("unknown key \"qqqqqq\" in mcpServers.a. Known there: command,");
  }

  @Test
  void aKeyThatIsThereTwiceIsToldWithBothLines() {
    Run.Result result =
        Run.in(folder)
            .configured("{\"providers\": {\n\"workshop\": {},\n\"workshop\": {}\n}}")
            .run("tools");

    assertThat(result.err())
        .isEqualTo(
            "cleat: cleat.json:3: \"workshop\" is there twice in providers, first in line 2."
                + " Remove one.\n");
  }

  @Test
  void anUnsetVariableIsToldWithItsPlaceAndWithoutTheRest() {
    Run.Result result =
        Run.in(folder)
            .configured(
                "{\"mcpServers\": {\"wiki\": {\"url\": \"https://h/\",\n"
                    + "\"headers\": {\"Authorization\": \"hunter2 ${WIKI_TOKEN}\"}}}}")
            .run("tools");

    assertThat(result.err())
        .isEqualTo(
            "cleat: cleat.json:2: mcpServers.wiki.headers.Authorization: the environment variable"
                + " WIKI_TOKEN is not set. Set it, or write ${WIKI_TOKEN:-default}.\n");
  }

  @Test
  void anUnfinishedFileIsToldWithItsLastLine() {
    Run.Result result = Run.in(folder).configured("{\n\"providers\": {\n").run("tools");

    assertThat(result.err()).startsWith("cleat: cleat.json:3: this is not JSON: Unexpected end");
  }

  @Test
  void anEmptyFileIsToldToBeEmpty() {
    Run.Result result = Run.in(folder).configured(" ").run("tools");

    assertThat(result.err())
        .isEqualTo("cleat: cleat.json:1: the file is empty; write at least {}\n");
  }

  @Test
  void aFileThatIsAskedForHasToBeThere() {
    Run.Result result = Run.in(folder).run("tools", "--config", "other.json");

    assertThat(result.err()).isEqualTo("cleat: other.json: there is no such file.\n");
    assertThat(result.exit()).isEqualTo(2);
  }

  @Test
  void theSettingsOfAProviderThatAreOfTheWrongTypeAreToldWithTheirLine() {
    Run.Result result =
        Run.in(folder)
            .configured("{\"providers\": {\"workshop\": {\n\"size\": \"big\"}}}")
            .run("doctor");

    assertThat(result.out())
        .containsPattern("cleat.json:2: providers.workshop.size has to be an\\s+integer");
    assertThat(result.exit()).isEqualTo(1);
  }
}

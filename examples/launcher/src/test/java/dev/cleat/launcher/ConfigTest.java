// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ToolProvider;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the file says, as the launcher understands it. */
class ConfigTest {
  private static final Map<String, ToolProvider> KNOWN = Map.of("workshop", new WorkshopProvider());
  private static final Map<String, String> ENVIRONMENT =
      Map.of("TOKEN", "hunter2", "EMPTY", "", "SHOUT", "${TOKEN}");

  private static final String WHOLE =
      """
      {
        "$schema": "https://example.org/cleat.schema.json", /* for editors */
        "mcpServers": {
          "time": { "command": "~/bin/uvx", "args": ["mcp-server-time", "${ZONE:-UTC}"],
                    "env": { "A": "${TOKEN}" }, "cwd": "work", "type": "stdio",
                    "timeout": "30s", "connectTimeout": "1m",
                    "idleTimeout": "2h", "maxConcurrentCalls": 8 },
          "wiki": { "url": "https://example.org/mcp", "headers": { "Authorization": "Bearer ${TOKEN}" } },
          "old":  { "command": "gone", "args": ["${NOT_SET}"], "disabled": true }, // kept for later
        },
        "servers": { "other": { "command": "other" } },
        "providers": { "workshop": { "size": 3, "token": "${TOKEN}" } },
      }
      """;

  @Example
  void everyKeyArrivesWhereItBelongs() {
    CleatConfig config = read(WHOLE);

    assertThat(config.servers())
        .extracting(server -> server.namespace().value())
        .containsExactly("time", "wiki", "other");
    ClientDefinition time = config.servers().get(0).definition();
    assertThat(time.command()).contains("/home/ada/bin/uvx");
    assertThat(time.args()).containsExactly("mcp-server-time", "UTC");
    assertThat(time.env()).containsExactly(Map.entry("A", "hunter2"));
    assertThat(time.cwd()).contains(Path.of("/etc/cleat/work"));
    assertThat(time.callTimeout()).contains(Duration.ofSeconds(30));
    assertThat(time.connectTimeout()).contains(Duration.ofMinutes(1));
    assertThat(time.idleLimit()).contains(Duration.ofHours(2));
    assertThat(time.maxConcurrentCalls()).hasValue(8);
    assertThat(config.servers().get(1).definition().headers())
        .containsEntry("Authorization", "Bearer hunter2");
    assertThat(config.disabled()).containsExactly("old");
    assertThat(config.providers())
        .isEqualTo(Map.of("workshop", Map.of("size", 3L, "token", "hunter2")));
  }

  @Example
  void variablesExpandOnceAndADoubledDollarIsPlain() throws Expansion.Failed {
    Expansion expansion = new Expansion(ENVIRONMENT);

    assertThat(expansion.expand("a ${TOKEN} b ${TOKEN}")).isEqualTo("a hunter2 b hunter2");
    assertThat(expansion.expand("${SHOUT}")).isEqualTo("${TOKEN}");
    assertThat(expansion.expand("${NOT_SET:-a:-b}")).isEqualTo("a:-b");
    assertThat(expansion.expand("${NOT_SET:-}")).isEmpty();
    assertThat(expansion.expand("${EMPTY}${EMPTY:-full}")).isEqualTo("full");
    assertThat(expansion.expand("$${TOKEN} costs $5")).isEqualTo("${TOKEN} costs $5");
  }

  @Property
  void textWithoutVariablesStaysAsItIs(@ForAll String text) throws Expansion.Failed {
    String plain = text.replace("${", "");

    assertThat(new Expansion(ENVIRONMENT).expand(plain)).isEqualTo(plain);
  }

  @Property
  void anyBytesAreReadOrRefusedInWords(@ForAll byte[] bytes) {
    assertReadOrRefused(bytes);
  }

  @Property
  void anyDamageToAFileIsReadOrRefusedInWords(@ForAll("damaged") String text) {
    assertReadOrRefused(text.getBytes(StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<String> damaged() {
    Arbitrary<Integer> places = Arbitraries.integers().between(0, WHOLE.length());
    Arbitrary<String> pieces =
        Arbitraries.of(
            "",
            "{",
            "}",
            "[",
            "]",
            "\"",
            ",",
            ":",
            "null",
            "1e999",
            "${",
            "}}",
            "//",
            "/*",
            "\\u",
            "\u0000",
            "é",
            "9".repeat(1_200),
            "[".repeat(80),
            "\"command\": 1,");
    return net.jqwik.api.Combinators.combine(places, places, pieces)
        .as(
            (a, b, piece) ->
                WHOLE.substring(0, Math.min(a, b)) + piece + WHOLE.substring(Math.max(a, b)));
  }

  private static void assertReadOrRefused(byte[] utf8) {
    try {
      CleatConfig config = read(utf8);
      assertThat(config.file()).contains("cleat.json");
    } catch (ConfigException e) {
      assertThat(e).hasMessageMatching("(?s)cleat\\.json:\\d+: .*");
      assertThat(e.getMessage()).doesNotContain("hunter2");
    }
  }

  private static CleatConfig read(String json) {
    return read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static CleatConfig read(byte[] utf8) {
    PrintStream nowhere =
        new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Host host =
        new Host(
            new ByteArrayInputStream(new byte[0]),
            nowhere,
            nowhere,
            ENVIRONMENT,
            Path.of("/etc/cleat"),
            Path.of("/home/ada"),
            Host.Terminals.NONE,
            false);
    Source source = new Source("cleat.json", new Expansion(ENVIRONMENT));
    return CleatConfig.of(source, utf8, host, Path.of("/etc/cleat/cleat.json"), KNOWN);
  }
}

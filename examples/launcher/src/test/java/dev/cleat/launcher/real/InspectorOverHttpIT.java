// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static dev.cleat.launcher.real.Seen.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./cleat serve --http} under the MCP Inspector. */
@ExtendWith(NoLeaks.class)
class InspectorOverHttpIT {
  private static final int TOOL_FAILED = 5;

  @TempDir static Path folder;

  private static Peers peers;
  private static Listening served;

  @BeforeAll
  static void serve() throws Exception {
    peers = Peers.prepared(folder);
    served = Served.overHttp(folder, Served.GPUS);
  }

  @AfterAll
  static void end() throws Exception {
    if (served != null) {
      served.close();
    }
    Leftovers.assertNoneIn(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void itFindsNoFaultInOurSchemas(String era) throws Exception {
    Ran listed = inspect(era, "--method", "tools/list", "--strict");

    Seen seen = new Seen((Map<?, ?>) Json.parse(listed.succeeds()));
    assertThat(seen.tools()).contains("get_gpu_inventory", "get_gpu_health");
    assertThat(listed.err()).doesNotContain("Error: tool");
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void itCallsOurTools(String era) throws Exception {
    Ran called = inspectHealth(era);

    Object result = at(Json.parse(called.succeeds()), "result");
    assertThat(at(result, "structuredContent", "verdict")).isEqualTo("healthy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "modern"})
  void itIsToldWhatIsWrongWithACall(String era) throws Exception {
    Ran called = inspectHealth(era, "--tool-arg", "detail=loud");

    Object result = at(Json.parse(called.exits(TOOL_FAILED).out()), "result");
    assertThat(at(result, "isError")).isEqualTo(true);
    assertThat(at(result, "_meta", "dev.cleat/failure", "kind")).isEqualTo("invalid_argument");
  }

  @Test
  void itsLoadTestSeesNoError() throws Exception {
    Ran loaded =
        inspectHealth("modern", "--load", "--load-concurrency", "8", "--load-requests", "200");

    Object result = at(Json.parse(loaded.succeeds()), "result");
    assertThat(at(result, "ok")).isEqualTo(200L);
    assertThat(at(result, "errorMessages")).isEqualTo(List.of());
  }

  private static Ran inspectHealth(String era, String... further) throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--method", "tools/call", "--tool-name", "get_gpu_health"));
    options.addAll(List.of("--format", "json", "-q"));
    options.addAll(List.of(further));
    return inspect(era, options.toArray(String[]::new));
  }

  private static Ran inspect(String era, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(served.url(), "--transport", "http"));
    all.addAll(List.of("--protocol-era", era));
    all.addAll(List.of(options));
    return peers.inspector(folder, all);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The client scenarios of the MCP conformance suite but those of OAuth, which this client does not
 * speak; the README lists them.
 */
@ExtendWith(NoLeaks.class)
class ClientConformanceIT {
  private static Suite suite;

  @TempDir Path scratch;

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    suite = Suite.prepared(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "2025-11-25, initialize",
    "2025-11-25, tools_call",
    "2025-11-25, elicitation-sep1034-client-defaults",
    "2025-11-25, sse-retry",
    "2025-11-25, json-schema-2020-12-preservation",
    "2026-07-28, tools_call",
    "2026-07-28, request-metadata",
    "2026-07-28, sep-2322-client-request-state",
    "2026-07-28, http-standard-headers",
    "2026-07-28, http-custom-headers",
    "2026-07-28, http-invalid-tool-headers",
    "2026-07-28, json-schema-ref-no-deref",
    "2026-07-28, json-schema-2020-12-preservation"
  })
  void theClientPasses(String revision, String scenario) throws Exception {
    Check.assertAllGood(suite.testClient(scratch, scenario, revision), List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "2025-11-25, initialize tools_call elicitation-sep1034-client-defaults sse-retry, 14",
    "2026-07-28, tools_call request-metadata sep-2322-client-request-state http-standard-headers"
        + " http-custom-headers http-invalid-tool-headers json-schema-ref-no-deref, 25"
  })
  void nothingButOauthIsLeftOut(String revision, String tested, int ofOauth) throws Exception {
    List<String> required = suite.requiredOfClients(scratch, revision);

    assertThat(required)
        .filteredOn(scenario -> !scenario.startsWith("auth/"))
        .containsExactlyInAnyOrder(tested.split(" "));
    assertThat(required).filteredOn(scenario -> scenario.startsWith("auth/")).hasSize(ofOauth);
  }
}

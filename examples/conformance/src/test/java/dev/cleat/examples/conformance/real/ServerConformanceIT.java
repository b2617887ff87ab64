// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server scenarios of the MCP conformance suite, each as one test: what a revision requires,
 * and more. One server process answers the clients of both eras on one port.
 */
@ExtendWith(NoLeaks.class)
class ServerConformanceIT {
  // An answer that comes before its question: the suite would like it taken, without insisting.
  // Here an answer counts for a question that was asked, which the state proves.
  private static final List<String> TOLERATED = List.of("sep-2322-ignore-unexpected-params");

  @TempDir Path scratch;

  @TestFactory
  List<DynamicTest> whatTheRevisionsRequire() throws Exception {
    Suite suite = Suite.prepared(scratch);
    List<DynamicTest> tests = new ArrayList<>();
    try (RunningServer server = RunningServer.start(scratch)) {
      tests.addAll(
          tested(
              suite,
              server,
              "2025-11-25",
              30,
              List.of("server-session-lifecycle", "json-schema-2020-12", "server-sse-polling")));
      tests.addAll(
          tested(
              suite,
              server,
              "2026-07-28",
              37,
              List.of(
                  "json-schema-2020-12",
                  "http-header-validation",
                  "http-custom-header-server-validation")));
    }
    return tests;
  }

  private List<DynamicTest> tested(
      Suite suite, RunningServer server, String revision, int requiredCount, List<String> more)
      throws Exception {
    List<String> required = suite.requiredOfServers(scratch, revision);
    assertThat(required).hasSize(requiredCount);
    Map<String, List<Check>> results = suite.testServer(scratch, server.url(), revision);
    Set<String> scenarios = new LinkedHashSet<>(required);
    scenarios.addAll(more);
    return scenarios.stream()
        .map(
            scenario ->
                DynamicTest.dynamicTest(
                    revision + " " + scenario,
                    () ->
                        Check.assertAllGood(results.getOrDefault(scenario, List.of()), TOLERATED)))
        .toList();
  }
}

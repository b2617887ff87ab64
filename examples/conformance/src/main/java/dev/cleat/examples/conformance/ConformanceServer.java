// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.CacheHint;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.ToolSetBuilder;
import java.time.Duration;

/**
 * Serves what the MCP conformance suite expects of a server, in both eras of the protocol at once:
 * over the standard streams, or over HTTP on the port that is given.
 */
public final class ConformanceServer {
  private static final Duration LISTS_HOLD = Duration.ofMinutes(5);

  private ConformanceServer() {}

  /** Serves until the client leaves. */
  public static void main(String[] arguments) throws InterruptedException {
    try (McpServer server = create()) {
      Serving.serve(server, arguments);
    }
  }

  /** The server, without a way to it. */
  static McpServer create() {
    ToolSetBuilder fixtures =
        ToolSet.builder()
            .tools(ContentTools.all())
            .tools(WorkingTools.all())
            .tools(AskingTools.all())
            .tools(RoundTools.all());
    FixturePrompts.all().forEach(fixtures::prompt);
    FixtureResources.all().forEach(fixtures::resource);
    fixtures.template(FixtureResources.template());
    return McpServer.builder()
        .name("cleat-conformance", "1")
        .instructions("Everything here is made for tests.")
        .listCache(new CacheHint(LISTS_HOLD, true))
        .tools(fixtures.build())
        .tools(new ChangingTools())
        .build();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.http.HttpTransport;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Does with a server, over HTTP, what a scenario of the MCP conformance suite expects of a client.
 *
 * <p>The suite names the scenario in {@code MCP_CONFORMANCE_SCENARIO}, gives some of them JSON in
 * {@code MCP_CONFORMANCE_CONTEXT}, and appends the URL to the arguments. {@code
 * MCP_CONFORMANCE_PROTOCOL_VERSION} is not looked at: which revision the server speaks is found
 * out.
 */
public final class ConformanceClient {
  private static final String USAGE =
      "Usage: MCP_CONFORMANCE_SCENARIO=<scenario> client <url of the server>";

  private ConformanceClient() {}

  /** Ends with 0 when everything was answered, 1 when not, 2 when it was started wrongly. */
  public static void main(String[] arguments) throws Json.SyntaxException {
    if (arguments.length == 0) {
      System.err.println(USAGE);
      System.exit(2);
    }
    String scenario = variable("MCP_CONFORMANCE_SCENARIO").orElse("tools_call");
    ClientScenario doing = new ClientScenario(scenario, context());
    ClientDefinition server =
        ClientDefinition.builder().url(URI.create(arguments[arguments.length - 1])).build();
    Limits limits = Limits.defaults();
    HttpTransport http = new HttpTransport();
    try (McpClient client =
        McpClient.over(() -> http.open("server", server, limits))
            .name("cleat-conformance-client", "1")
            .features(doing.features())
            .limits(limits)
            .connect()) {
      doing.with(client);
    }
  }

  private static Map<String, Object> context() throws Json.SyntaxException {
    Optional<String> text = variable("MCP_CONFORMANCE_CONTEXT");
    return text.isPresent() && Json.parse(text.get()) instanceof Map<?, ?> object
        ? Json.object(object)
        : Map.of();
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }
}

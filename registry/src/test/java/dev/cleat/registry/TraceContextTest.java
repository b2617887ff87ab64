// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.Json;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A trace goes on through a gateway, whatever is spoken on either side of it. */
@ExtendWith(NoLeaks.class)
class TraceContextTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private enum Wire {
    STDIO,
    HTTP;

    TestClient connect(McpServer server, Era era) {
      return this == STDIO ? TestClient.inProcess(server, era) : TestClient.overHttp(server, era);
    }
  }

  private record Way(Wire wire, Era era) {}

  static List<List<Way>> ways() {
    List<List<Way>> ways = new ArrayList<>();
    for (Wire front : Wire.values()) {
      for (Wire back : Wire.values()) {
        for (Era inFront : Era.values()) {
          for (Era behind : Era.values()) {
            ways.add(List.of(new Way(front, inFront), new Way(back, behind)));
          }
        }
      }
    }
    return ways;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theTraceContextReachesTheUpstreamThroughTheGateway(List<Way> frontAndBack) throws Exception {
    Way front = frontAndBack.get(0);
    Way back = frontAndBack.get(1);
    McpServer upstream =
        McpServer.builder()
            .tool(
                Tool.named("trace")
                    .readOnly()
                    .handles(
                        Schema.anyObject(), (call, context) -> ToolResult.structured(call.meta())))
            .build();
    Map<String, Object> trace =
        Map.of("traceparent", PARENT, "tracestate", "vendor=1", "baggage", "user=2");
    ToolCall call = new ToolCall("up__trace", Map.of(), Optional.empty(), CallListener.NONE, trace);

    try (TestClient behind = back.wire().connect(upstream, back.era());
        McpRegistry registry = McpRegistry.create()) {
      registry.register("up", behind.client());
      McpServer gateway = McpServer.builder().tools(registry.asToolSet()).build();
      try (TestClient client = front.wire().connect(gateway, front.era())) {
        String seen = client.call(call).succeeds().text();
        assertThat(Json.parse(seen)).isEqualTo(trace);
        assertThat(client.call("up__trace", Map.of()).succeeds().text()).isEqualTo("{}");
      }
    }
  }
}

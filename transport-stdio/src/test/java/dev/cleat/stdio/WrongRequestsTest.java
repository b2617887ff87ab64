// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cleat.Limits;
import dev.cleat.Tool;
import dev.cleat.mcp.McpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests that are wrong, and lines that are none. */
public class WrongRequestsTest extends ServerOverStreams {
  @Test
  void aWrongRequestIsRefusedAndAWrongArgumentIsAFailureOfTheTool() throws Exception {
    RawPeer peer =
        peerOf(
            ECHO,
            Tool.named("sum")
                .readOnly()
                .handles(Numbers.class, Sum.class, (n, call) -> new Sum(n.a() + n.b())));

    peer.call(1, "ecco", "{}");
    peer.request(2, "tools/call", "\"arguments\":{}");
    peer.call(3, "echo", "[1]");
    peer.request(4, "resources/list", "");
    peer.call(5, "sum", "{\"a\":1,\"b\":\"x\"}");
    peer.call(6, "sum", "{\"a\":1,\"b\":2}");
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L, 5L, 6L);

    assertThat(answers)
        .extracting(ServerOverStreams::code)
        .containsExactly(-32602L, -32602L, -32602L, -32601L, null, null);
    assertThat(answers.get(0).toString()).contains("Did you mean \"echo\"?");
    assertThat(at(answers.get(4), "result", "isError")).isEqualTo(true);
    assertThat(kind(answers.get(4))).isEqualTo("invalid_argument");
    assertThat(at(answers.get(5), "result", "structuredContent")).isEqualTo(Map.of("sum", 3L));
    assertThat(textOf(answers.get(5))).isEqualTo("{\"sum\":3}");
  }

  /** Arguments of a test tool. */
  public record Numbers(int a, int b) {}

  /** The result of a test tool. */
  public record Sum(int sum) {}

  @Test
  void malformedInputIsAnsweredAndServingGoesOn() throws Exception {
    Limits limits = Limits.builder().maxMessageBytes(2_000).build();
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO), limits).initialized();

    peer.send("Listening on port 80");
    peer.send("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]");
    peer.send("{\"id\":2,\"method\":\"ping\"}");
    peer.send("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\",\"params\":[]}");
    peer.sendBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'});
    peer.send("{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\",\"params\":{\"n\":1e9999999999}}");
    peer.call(5, "echo", "{\"long\":\"" + "x".repeat(300_000) + "\"}");
    peer.send("");
    peer.sendBytes("\r\n".getBytes(UTF_8));
    peer.sendBytes("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"ping\"}\r\n".getBytes(UTF_8));
    List<Map<String, Object>> answers = peer.next(8);

    assertThat(answers)
        .extracting(a -> a.get("id"), ServerOverStreams::code)
        .containsExactlyInAnyOrder(
            tuple(null, -32700L),
            tuple(null, -32600L),
            tuple(2L, -32600L),
            tuple(3L, -32600L),
            tuple(null, -32700L),
            tuple(null, -32700L),
            tuple(null, -32600L),
            tuple(6L, null));
    assertThat(answers.toString()).contains("longer than 2000 bytes");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void aMessageMayComeByteByByteAndManyAtOnce() throws Exception {
    RawPeer peer = peerOf(ECHO);

    for (byte b : "{\"jsonrpc\":\"2.0\",\"id\":\"ü\",\"method\":\"ping\"}\n".getBytes(UTF_8)) {
      peer.sendBytes(new byte[] {b});
    }
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      many.append("{\"jsonrpc\":\"2.0\",\"id\":").append(i).append(",\"method\":\"ping\"}\n");
    }
    peer.sendBytes(many.toString().getBytes(UTF_8));
    List<Object> ids = new ArrayList<>();
    peer.next(1_001).forEach(answer -> ids.add(answer.get("id")));

    assertThat(ids).contains("ü").doesNotHaveDuplicates();
    assertThat(peer.untilFence()).isEmpty();
  }
}

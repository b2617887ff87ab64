// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterProperty;

/** Streams that break off at any byte, or say anything: nothing is killed, hangs, or leaks. */
class FuzzedStreamsTest {
  private static final String NEW_ERA = "{" + RawPeer.MODERN + ",";

  /** A session that uses most of what there is, in both eras. */
  private static final byte[] SESSION =
      String.join(
              "\n",
              request(1, "server/discover", "{" + RawPeer.MODERN + "}"),
              request(
                  2,
                  "initialize",
                  "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"elicitation\":{}}}"),
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
              request(3, "tools/list", "{}"),
              request(4, "tools/call", "{\"name\":\"delete\",\"arguments\":{\"what\":\"ŋ😀\"}}"),
              request(5, "subscriptions/listen", NEW_ERA + "\"notifications\":{}}"),
              request(6, "tools/call", NEW_ERA + "\"name\":\"echo\",\"arguments\":{\"a\":[1.5]}}"),
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":4}}",
              "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"action\":\"accept\"}}",
              request(8, "ping", "{}"),
              "")
          .getBytes(UTF_8);

  private static String request(int id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\""
        + method
        + "\",\"params\":"
        + params
        + "}";
  }

  @AfterContainer
  static void nothingIsLeft() throws Exception {
    new LeaksNothing().afterAll(null);
  }

  @AfterProperty
  void theServerStillServes() throws Exception {
    assertThat(new String(served(SESSION), UTF_8)).contains("\"id\":8,\"result\":{}");
  }

  private static byte[] served(byte[] input) throws InterruptedException {
    Limits limits =
        Limits.builder()
            .maxMessageBytes(4_096)
            .shutdownGrace(Duration.ofMillis(5))
            .childGrace(Duration.ofMillis(500))
            .build();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (McpServer server =
        McpServer.builder()
            .limits(limits)
            .tool(ServerOverStreams.ECHO)
            .tool(ServerOverStreams.DELETES)
            .build()) {
      server.serve(Stdio.of(new ByteArrayInputStream(input), output, limits));
    }
    return output.toByteArray();
  }

  private static void eachLineIsAMessage(byte[] output) throws Exception {
    for (String line : new String(output, UTF_8).split("\n")) {
      if (!line.isEmpty()) {
        byte[] utf8 = line.getBytes(UTF_8);
        var unused = dev.cleat.spi.MessageCodec.decode(utf8, 0, utf8.length);
      }
    }
  }

  @Example
  void aServerSurvivesAStreamThatBreaksOffAtAnyByte() throws Exception {
    for (int end = 0; end <= SESSION.length; end++) {
      eachLineIsAMessage(served(Arrays.copyOf(SESSION, end)));
    }
  }

  @Property(tries = 150)
  void aServerSurvivesBytesThatAreChangedLostOrRepeated(@ForAll Random random) throws Exception {
    eachLineIsAMessage(served(mutated(SESSION, random)));
  }

  @Property(tries = 100)
  void aServerSurvivesNoise(@ForAll byte[] noise) throws Exception {
    eachLineIsAMessage(served(noise));
  }

  /** What a server of the older era says to a client, cut and changed at any byte. */
  @Property(tries = 100)
  void aClientSurvivesWhateverAServerSays(@ForAll Random random) {
    byte[] said =
        String.join(
                "\n",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"?\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"protocolVersion\":\"2025-11-25\","
                    + "\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}}",
                "")
            .getBytes(UTF_8);
    byte[] heard = random.nextBoolean() ? mutated(said, random) : cut(said, random);
    Limits limits =
        Limits.builder()
            .eraProbeTimeout(Duration.ofMillis(100))
            .connectTimeout(Duration.ofMillis(300))
            .callTimeout(Duration.ofMillis(300))
            .childGrace(Duration.ofMillis(100))
            .build();
    try (McpClient client =
        McpClient.connect(
            () -> Stdio.of(new ByteArrayInputStream(heard), new ByteArrayOutputStream(), limits),
            limits)) {
      assertThat(client.callTool(ToolCall.of("t", Map.of())).content()).isNotNull();
    } catch (McpException told) {
      assertThat(told.getMessage()).isNotBlank();
    }
  }

  private static byte[] cut(byte[] bytes, Random random) {
    return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    int faults = 1 + random.nextInt(6);
    for (int i = 0; i < bytes.length; i++) {
      if (random.nextInt(bytes.length) >= faults) {
        changed.write(bytes[i]);
        continue;
      }
      switch (random.nextInt(4)) {
        case 0:
          changed.write(random.nextInt(256));
          break;
        case 1:
          break; // lost
        case 2:
          int from = random.nextInt(i + 1);
          changed.write(bytes, from, i - from);
          break;
        default:
          changed.write(bytes[i]);
          changed.write('\n');
      }
    }
    return changed.toByteArray();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scenarios server-initialize, ping, logging-set-level and tools-call-with-logging of
 * 2025-11-25, over stdio.
 */
@ExtendWith(NoLeaks.class)
class HandshakeScenariosTest {

  @ParameterizedTest
  @CsvSource({
    "2024-11-05, 2024-11-05",
    "2025-03-26, 2025-03-26",
    "2025-06-18, 2025-06-18",
    "2025-11-25, 2025-11-25",
    "1999-01-01, 2025-11-25",
    "2026-07-28, 2025-11-25"
  })
  void theRevisionIsTheClientsWhenItIsKnown(String asked, String agreed) throws Exception {
    try (Peer peer = Peer.of(ConformanceServer.create())) {
      peer.send(initialize(asked));

      Map<String, Object> answer = peer.next();

      assertThat(Reply.in(answer, "result", "protocolVersion")).isEqualTo(agreed);
      assertThat(Reply.in(answer, "result", "serverInfo", "name")).isEqualTo("cleat-conformance");
      assertThat(Reply.in(answer, "result", "capabilities", "tools", "listChanged"))
          .isEqualTo(true);
      assertThat(Reply.in(answer, "result", "capabilities", "prompts", "listChanged"))
          .isEqualTo(true);
      assertThat(Reply.in(answer, "result", "capabilities", "resources"))
          .isEqualTo(Map.of("subscribe", true, "listChanged", true));
      assertThat(Reply.in(answer, "result", "capabilities", "logging")).isEqualTo(Map.of());
    }
  }

  @Test
  void initializeWorksAfterDiscoverOnTheSameConnection() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      client.ask("server/discover", Map.of()).result();

      client.peer().send(initialize("2025-11-25"));

      assertThat(Reply.in(client.next(), "result", "protocolVersion")).isEqualTo("2025-11-25");
      assertThat(client.call("test_simple_text", Map.of()).at("resultType")).isEqualTo("complete");
    }
  }

  @Test
  void aPingIsAnsweredAtOnce() throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      assertThat(client.ask("ping", Map.of()).result()).isEmpty();
    }
  }

  @Test
  void aToolLogsWhatItDoes() throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      Reply reply = client.call("test_tool_with_logging", Map.of());

      assertThat(reply.heard())
          .allSatisfy(
              told -> {
                assertThat(told.get("method")).isEqualTo("notifications/message");
                assertThat(Reply.in(told, "params", "level")).isEqualTo("info");
              })
          .extracting(told -> Reply.in(told, "params", "data"))
          .isEqualTo(
              List.of(
                  "Tool execution started", "Tool processing data", "Tool execution completed"));
    }
  }

  @ParameterizedTest
  @CsvSource({"debug, 3", "info, 3", "notice, 0", "emergency, 0"})
  void theLevelSaysWhatIsLogged(String level, int messages) throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      assertThat(client.ask("logging/setLevel", Map.of("level", level)).result()).isEmpty();

      assertThat(client.call("test_tool_with_logging", Map.of()).heard()).hasSize(messages);
    }
  }

  @Test
  void anUnknownLevelIsRefused() throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      assertThat(client.ask("logging/setLevel", Map.of("level", "loud")).errorCode())
          .isEqualTo(-32602);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "test_trigger_tool_change, notifications/tools/list_changed, tools/list, tools",
    "test_trigger_prompt_change, notifications/prompts/list_changed, prompts/list, prompts"
  })
  void aChangeOfAListIsTold(String trigger, String told, String list, String entries)
      throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      int before = ((List<?>) client.ask(list, Map.of()).at(entries)).size();

      Reply reply = client.call(trigger, Map.of());

      assertThat(reply.heard()).extracting(heard -> heard.get("method")).containsExactly(told);
      assertThat((List<?>) client.ask(list, Map.of()).at(entries)).hasSize(before + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"server/discover", "subscriptions/listen", "no/such/method"})
  void whatTheEraDoesNotKnowIsRefused(String method) throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      assertThat(client.ask(method, Map.of("notifications", Map.of())).errorCode())
          .isIn(-32601L, -32602L);
    }
  }

  private static Map<String, Object> initialize(String revision) {
    return Map.of(
        "jsonrpc",
        "2.0",
        "id",
        "init",
        "method",
        "initialize",
        "params",
        Map.of(
            "protocolVersion",
            revision,
            "capabilities",
            Map.of(),
            "clientInfo",
            Map.of("name", "test", "version", "1")));
  }
}

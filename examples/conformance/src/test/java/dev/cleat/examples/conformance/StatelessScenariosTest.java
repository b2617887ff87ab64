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

/** What of the scenario server-stateless of 2026-07-28 does not need HTTP, over stdio. */
@ExtendWith(NoLeaks.class)
class StatelessScenariosTest {

  @Test
  void discoverTellsRevisionsAndCapabilities() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Reply reply = client.ask("server/discover", Map.of());

      assertThat(reply.at("supportedVersions")).isEqualTo(List.of("2026-07-28"));
      assertThat(((Map<?, ?>) reply.at("capabilities")).keySet().stream().map(Object::toString))
          .containsExactlyInAnyOrder("tools", "prompts", "resources", "completions", "logging");
      assertThat(reply.at("_meta", "io.modelcontextprotocol/serverInfo", "name"))
          .isEqualTo("cleat-conformance");
    }
  }

  @Test
  void aRevisionThatIsNotSpokenIsAnsweredWithTheOnesThatAre() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Reply reply = client.ask("tools/list", Map.of("_meta", Map.of(Era.VERSION, "2099-01-01")));

      assertThat(reply.errorCode()).isEqualTo(-32022);
      assertThat(Reply.in(reply.message(), "error", "data"))
          .isEqualTo(Map.of("supported", List.of("2026-07-28"), "requested", "2099-01-01"));
    }
  }

  @Test
  void capabilitiesAreRequired() throws Exception {
    try (Peer peer = Peer.of(ConformanceServer.create())) {
      peer.send(
          Map.of(
              "jsonrpc",
              "2.0",
              "id",
              1,
              "method",
              "tools/list",
              "params",
              Map.of("_meta", Map.of(Era.VERSION, "2026-07-28"))));

      assertThat(Reply.in(peer.next(), "error", "code")).isEqualTo(-32602L);
    }
  }

  @Test
  void aRequestThatDoesNotSayWhoSentItIsRefused() throws Exception {
    try (Peer peer = Peer.of(ConformanceServer.create())) {
      peer.send(Map.of("jsonrpc", "2.0", "id", 1, "method", "tools/list", "params", Map.of()));

      Map<String, Object> answer = peer.next();

      assertThat(answer.get("id")).isEqualTo(1L);
      assertThat(Reply.in(answer, "error", "code")).isIn(-32600L, -32602L);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "no/such/method"
      })
  void methodsThatAreGoneAreUnknown(String method) throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      assertThat(client.ask(method, Map.of("uri", "test://watched-resource")).errorCode())
          .isEqualTo(-32601);
    }
  }

  @Test
  void nothingIsLoggedUnlessTheRequestSaysSo() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      assertThat(client.call("test_logging_tool", Map.of()).heard()).isEmpty();

      Map<String, Object> loud =
          Map.of("name", "test_logging_tool", "_meta", Map.of(Era.LOG_LEVEL, "debug"));
      assertThat(client.ask("tools/call", loud).heard())
          .hasSize(3)
          .allSatisfy(told -> assertThat(told.get("method")).isEqualTo("notifications/message"));
    }
  }

  @Test
  void aListenerHearsWhatItAskedForTaggedAndNothingElse() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      client.send(
          "listen",
          "subscriptions/listen",
          Map.of("notifications", Map.of("toolsListChanged", true)));

      assertTagged(client.next(), "notifications/subscriptions/acknowledged");
      assertThat(client.call("test_trigger_prompt_change", Map.of()).heard()).isEmpty();
      assertThat(client.call("test_trigger_resource_update", Map.of()).heard()).isEmpty();
      assertThat(client.call("test_trigger_tool_change", Map.of()).heard())
          .singleElement()
          .satisfies(told -> assertTagged(told, "notifications/tools/list_changed"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "test_trigger_prompt_change, promptsListChanged, notifications/prompts/list_changed",
    "test_trigger_tool_change, toolsListChanged, notifications/tools/list_changed"
  })
  void aListenerHearsOfLists(String trigger, String filter, String told) throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      client.send("listen", "subscriptions/listen", Map.of("notifications", Map.of(filter, true)));

      assertThat(Reply.in(client.next(), "params", "notifications", filter)).isEqualTo(true);
      assertThat(client.call(trigger, Map.of()).heard())
          .extracting(heard -> heard.get("method"))
          .containsExactly(told);
    }
  }

  @Test
  void aListenerHearsOfResourcesUntilItCancels() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      client.send(
          "listen",
          "subscriptions/listen",
          Map.of(
              "notifications",
              Map.of("resourceSubscriptions", List.of("test://watched-resource"))));

      assertTagged(client.next(), "notifications/subscriptions/acknowledged");
      assertThat(client.call("test_trigger_resource_update", Map.of()).heard())
          .singleElement()
          .satisfies(
              told -> {
                assertTagged(told, "notifications/resources/updated");
                assertThat(Reply.in(told, "params", "uri")).isEqualTo("test://watched-resource");
              });

      client
          .peer()
          .send(
              Map.of(
                  "jsonrpc",
                  "2.0",
                  "method",
                  "notifications/cancelled",
                  "params",
                  Map.of("requestId", "listen")));
      assertThat(client.call("test_trigger_resource_update", Map.of()).heard()).isEmpty();
    }
  }

  private static void assertTagged(Map<String, Object> told, String method) {
    assertThat(told.get("method")).isEqualTo(method);
    assertThat(Reply.in(told, "params", "_meta", Era.SUBSCRIPTION)).isEqualTo("listen");
  }
}

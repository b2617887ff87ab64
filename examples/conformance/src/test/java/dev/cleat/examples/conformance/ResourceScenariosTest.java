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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scenarios resources-*, sep-2164-resource-not-found and caching, over stdio. */
@ExtendWith(NoLeaks.class)
class ResourceScenariosTest {

  @ParameterizedTest
  @EnumSource
  void everyListedResourceHasAUriANameAndADescription(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      List<?> resources = (List<?>) client.ask("resources/list", Map.of()).at("resources");

      assertThat(resources)
          .allSatisfy(
              resource -> {
                assertThat((String) Reply.in(resource, "name")).isNotBlank();
                assertThat((String) Reply.in(resource, "description")).isNotBlank();
              })
          .extracting(resource -> Reply.in(resource, "uri"))
          .containsExactly("test://static-text", "test://static-binary", "test://watched-resource");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTextIsRead(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(read(client, "test://static-text").at("contents"))
          .isEqualTo(
              List.of(
                  Map.of(
                      "uri", "test://static-text",
                      "mimeType", "text/plain",
                      "text", "This is the content of the static text resource.")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesAreRead(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = read(client, "test://static-binary");

      assertThat(reply.at("contents", 0, "mimeType")).isEqualTo("image/png");
      assertThat(reply.at("contents", 0, "blob")).isEqualTo(Samples.PNG);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResourceOfATemplateIsRead(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(
              client
                  .ask("resources/templates/list", Map.of())
                  .at("resourceTemplates", 0, "uriTemplate"))
          .isEqualTo("test://template/{id}/data");

      Reply reply = read(client, "test://template/123/data");

      assertThat(reply.at("contents", 0, "uri")).isEqualTo("test://template/123/data");
      assertThat(reply.at("contents", 0, "mimeType")).isEqualTo("application/json");
      assertThat(reply.at("contents", 0, "text"))
          .isEqualTo("{\"id\":\"123\",\"templateTest\":true,\"data\":\"Data for ID: 123\"}");
    }
  }

  @ParameterizedTest
  @CsvSource({"HANDSHAKE, -32002", "STATELESS, -32602"})
  void aResourceThatIsNotThereIsAnErrorThatNamesIt(Era era, long code) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = read(client, "test://nonexistent-resource");

      assertThat(reply.errorCode()).isEqualTo(code);
      assertThat(Reply.in(reply.message(), "error", "data", "uri"))
          .isEqualTo("test://nonexistent-resource");
    }
  }

  @Test
  void whoSubscribesHearsOfUpdatesUntilTheyUnsubscribe() throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      Map<String, String> watched = Map.of("uri", "test://watched-resource");

      assertThat(client.ask("resources/subscribe", watched).result()).isEmpty();
      assertThat(client.call("test_trigger_resource_update", Map.of()).heard())
          .singleElement()
          .satisfies(
              told -> {
                assertThat(told.get("method")).isEqualTo("notifications/resources/updated");
                assertThat(told.get("params")).isEqualTo(watched);
              });

      assertThat(client.ask("resources/unsubscribe", watched).result()).isEmpty();
      assertThat(client.call("test_trigger_resource_update", Map.of()).heard()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list"
      })
  void whatCanBeKeptSaysForHowLongAndByWhom(String method) throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Reply reply = client.ask(method, Map.of());

      assertThat(reply.at("ttlMs")).isEqualTo(300_000L);
      assertThat(reply.at("cacheScope")).isEqualTo("public");
    }
  }

  @Test
  void readingSaysForHowLongToo() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      assertThat(read(client, "test://static-text").at("ttlMs")).isEqualTo(3_600_000L);
      assertThat(read(client, "test://watched-resource").at("ttlMs")).isEqualTo(0L);
      assertThat(read(client, "test://watched-resource").at("cacheScope")).isEqualTo("private");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tools/list", "prompts/list", "resources/list"})
  void clientsOfTheOlderEraGetNoHints(String method) throws Exception {
    try (Client client = Client.of(Era.HANDSHAKE)) {
      assertThat(client.ask(method, Map.of()).result())
          .doesNotContainKeys("ttlMs", "cacheScope", "resultType");
    }
  }

  private static Reply read(Client client, String uri) throws Exception {
    return client.ask("resources/read", Map.of("uri", uri));
  }
}

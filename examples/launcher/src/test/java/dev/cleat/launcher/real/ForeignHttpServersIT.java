// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.Completion;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.ResourceContents;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.http.HttpTransport;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client and servers on the official packages, over Streamable HTTP. */
@ExtendWith(NoLeaks.class)
class ForeignHttpServersIT {
  private static final Map<ForeignServer, Listening> SERVERS = new EnumMap<>(ForeignServer.class);

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Peers peers = Peers.prepared(folder);
    for (ForeignServer server : ForeignServer.values()) {
      SERVERS.put(server, peers.server(folder, server, 0));
    }
  }

  @AfterAll
  static void end() {
    SERVERS.values().forEach(Listening::close);
    SERVERS.clear();
  }

  @ParameterizedTest
  @EnumSource
  void theNewestEraThatBothKnowIsSpoken(ForeignServer server) {
    try (McpClient client = connect(server)) {
      assertThat(client.peer().name()).isEqualTo(server.serverName());
      assertThat(client.peer().protocolVersion()).isEqualTo(server.era().revision());
      assertThat(client.listTools())
          .extracting(Tool::name)
          .containsExactlyInAnyOrder("echo", "count", "greet", "write");
    }
  }

  @ParameterizedTest
  @EnumSource
  void twentyCallsAtOnceGetTheirOwnAnswers(ForeignServer server) {
    try (McpClient client = connect(server)) {
      List<CompletableFuture<String>> answers =
          IntStream.range(0, 20)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> call(client, "echo", Map.of("message", "ŋ 😀 " + i)).text(),
                          task -> new Thread(task).start()))
              .toList();

      assertThat(answers)
          .extracting(CompletableFuture::join)
          .containsExactlyElementsOf(
              IntStream.range(0, 20).mapToObj(i -> "Echo: ŋ 😀 " + i).toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWrongArgumentIsAFailureThatTheServerExplains(ForeignServer server) {
    try (McpClient client = connect(server)) {
      ToolResult result = call(client, "echo", Map.of("message", 7));

      assertThat(result).isInstanceOf(ToolResult.Failure.class);
      assertThat(result.text()).contains("message", "string");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PYTHON")
  void anUnknownToolIsRefused(ForeignServer server) {
    try (McpClient client = connect(server)) {
      assertThatThrownBy(() -> call(client, "nope", Map.of()))
          .isInstanceOfSatisfying(
              McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32602));
    }
  }

  @ParameterizedTest
  @EnumSource
  void progressReachesTheListener(ForeignServer server) {
    Progress progress = new Progress();
    try (McpClient client = connect(server)) {
      ToolResult result =
          client.callTool(
              ToolCall.of("count", Map.of("steps", 4, "seconds", 0.4)).withListener(progress));

      assertThat(result.text()).isEqualTo("counted to 4");
      assertThat(progress.reports()).containsExactly("1 of 4", "2 of 4", "3 of 4", "4 of 4");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFormIsFilledInOrDeclined(ForeignServer server) {
    Person ada = Person.filling(Map.of("name", "Ada"));
    try (McpClient client = connect(server)) {
      assertThat(client.callTool(ToolCall.of("greet", Map.of()).withListener(ada)).text())
          .isEqualTo("Hello, Ada!");
      assertThat(ada.asked()).hasSize(1);
      assertThat(
              client
                  .callTool(ToolCall.of("greet", Map.of()).withListener(Person.declining()))
                  .text())
          .isEqualTo("Goodbye.");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aModelWritesRootsAreToldAndWhatIsLoggedIsHeard(ForeignServer server) throws Exception {
    Person person = Person.declining();
    try (McpClient client = connect(server)) {
      ToolResult result = client.callTool(ToolCall.of("write", Map.of()).withListener(person));

      assertThat(result.text()).isEqualTo("It was written by hand. file:///tmp/cleat");
      assertThat(person.asked())
          .extracting(asked -> asked.getClass().getSimpleName())
          .containsExactlyInAnyOrder("Sampling", "Roots");
      assertThat(person.awaitLog()).isEqualTo("it has written");
    }
  }

  @ParameterizedTest
  @EnumSource
  void promptsAreListedGotAndCompleted(ForeignServer server) {
    try (McpClient client = connect(server)) {
      assertThat(client.listPrompts()).extracting(Prompt::name).containsExactly("haiku");
      assertThat(client.getPrompt("haiku", Map.of("topic", "moss"), CallListener.NONE).messages())
          .singleElement()
          .satisfies(
              message -> assertThat(message.content().asText()).contains("A haiku about moss."));
      assertThat(
              client
                  .complete(new Completion.Reference.Prompt("haiku"), "topic", "mo", Map.of())
                  .values())
          .containsExactly("moon", "moss");
    }
  }

  @ParameterizedTest
  @EnumSource
  void resourcesAreListedAndRead(ForeignServer server) {
    try (McpClient client = connect(server)) {
      assertThat(client.listResources())
          .extracting(resource -> resource.uri())
          .containsExactly("memo://days/today");
      assertThat(client.listResourceTemplates())
          .extracting(template -> template.uriTemplate())
          .containsExactly("memo://days/{day}");
      assertThat(client.readResource("memo://days/monday", CallListener.NONE))
          .singleElement()
          .isInstanceOfSatisfying(
              ResourceContents.Text.class,
              text -> assertThat(text.text()).isEqualTo("memo of monday"));
      assertThatThrownBy(() -> client.readResource("memo://nights/1", CallListener.NONE))
          .isInstanceOf(McpException.NotFound.class);
    }
  }

  private static ToolResult call(McpClient client, String tool, Map<String, ?> arguments) {
    return client.callTool(ToolCall.of(tool, arguments));
  }

  private static McpClient connect(ForeignServer server) {
    ClientDefinition definition = ClientDefinition.url(SERVERS.get(server).url());
    HttpTransport transport = new HttpTransport();
    return McpClient.over(() -> transport.open(server.name(), definition, Limits.defaults()))
        .callersAnswer(Person.EVERYTHING)
        .connect();
  }
}

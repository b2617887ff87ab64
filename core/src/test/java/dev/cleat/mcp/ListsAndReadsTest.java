// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.Completion;
import dev.cleat.Limits;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.ToolCall;
import dev.cleat.spi.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts, resources, completions and logs, as a client asks for them. */
class ListsAndReadsTest extends ScriptedSessions {
  @Test
  void listsArePagedUntilThereIsNoCursor() throws Exception {
    legacy(builder(), "2025-11-25", EVERYTHING);

    Future<List<Prompt>> prompts = inBackground(() -> client.listPrompts());
    Message.Request first = server.request("prompts/list");
    assertThat(first.params()).isEmpty();
    server.respond(
        first, "{\"prompts\":[{\"name\":\"a\"},{\"title\":\"none\"}],\"nextCursor\":\"\"}");
    Message.Request second = server.request("prompts/list");
    assertThat(second.params()).isEqualTo(Map.of("cursor", ""));
    server.respond(second, "{\"prompts\":[{\"name\":\"b\"}]}");
    assertThat(get(prompts)).extracting(Prompt::name).containsExactly("a", "b");

    Future<List<Resource>> resources = inBackground(() -> client.listResources());
    server.respond(
        server.request("resources/list"), "{\"resources\":[{\"uri\":\"a:b\",\"name\":\"n\"}]}");
    assertThat(get(resources)).extracting(Resource::uri).containsExactly("a:b");

    Future<List<ResourceTemplate>> templates = inBackground(() -> client.listResourceTemplates());
    server.respond(
        server.request("resources/templates/list"),
        "{\"resourceTemplates\":[{\"uriTemplate\":\"a:{b}\",\"name\":\"n\"}]}");
    assertThat(get(templates)).extracting(ResourceTemplate::uriTemplate).containsExactly("a:{b}");
  }

  @Test
  void aServerThatPagesInCirclesIsGivenUp() throws Exception {
    Limits few = Limits.builder().from(LIMITS).maxTools(2).build();
    legacy(builder().limits(few), "2025-11-25", EVERYTHING);
    Future<?> resources = inBackground(() -> client.listResources());

    for (int page = 0; page < 3; page++) {
      server.respond(
          server.request("resources/list"),
          "{\"resources\":[{\"uri\":\"a:b\",\"name\":\"n\"}],\"nextCursor\":\"x\"}");
    }

    assertThat(failureOf(resources))
        .isInstanceOf(McpException.TooLarge.class)
        .hasMessageContaining("2 resources");
  }

  @Test
  void whatAServerDoesNotDeclareIsEmptyWithoutAsking() throws Exception {
    modern(builder(), "{}");

    assertThat(client.listPrompts()).isEmpty();
    assertThat(client.listResources()).isEmpty();
    assertThat(client.listResourceTemplates()).isEmpty();
    assertThat(client.complete(new Completion.Reference.Prompt("p"), "a", "", Map.of()))
        .isEqualTo(Completion.NONE);
    server.assertSilent();
    Future<?> tools = inBackground(() -> client.listTools());
    server.refuse(server.request("tools/list"), -32601, "no tools", "");
    assertThat(get(tools)).isEqualTo(List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"-32002 | ''", "-32002 | {\"uri\":\"a:b\"}", "-32602 | {\"uri\":\"a:b\"}"})
  void aResourceThatIsNotThereIsNotFound(int code, String data) throws Exception {
    modern(builder(), EVERYTHING);
    Future<?> read = inBackground(() -> client.readResource("a:b", CallListener.NONE));

    server.refuse(server.request("resources/read"), code, "no a:b", data);

    assertThat(failureOf(read)).isInstanceOf(McpException.NotFound.class).hasMessage("no a:b");
  }

  @Test
  void anyOtherRefusalStaysWhatItIs() throws Exception {
    modern(builder(), EVERYTHING);
    Future<?> read = inBackground(() -> client.readResource("a:b", CallListener.NONE));
    server.refuse(server.request("resources/read"), -32602, "what?", "");
    assertThat(failureOf(read)).isInstanceOf(McpException.Protocol.class);

    Future<?> prompt = inBackground(() -> client.getPrompt("p", Map.of(), CallListener.NONE));
    server.refuse(server.request("prompts/get"), -32602, "what?", "");
    assertThat(failureOf(prompt)).isInstanceOf(McpException.Protocol.class);
  }

  @Test
  void resourcesAndPromptsAreRead() throws Exception {
    legacy(builder(), "2025-11-25", EVERYTHING);
    Future<List<ResourceContents>> read =
        inBackground(() -> client.readResource("a:b", CallListener.NONE));
    Message.Request request = server.request("resources/read");
    assertThat(request.params()).isEqualTo(Map.of("uri", "a:b"));
    server.respond(
        request, "{\"contents\":[{\"uri\":\"a:b\",\"text\":\"x\"},{\"uri\":\"neither\"}]}");
    assertThat(get(read))
        .containsExactly(new ResourceContents.Text("a:b", Optional.empty(), "x", Map.of()));

    var prompt = inBackground(() -> client.getPrompt("p", Map.of("k", "v"), CallListener.NONE));
    request = server.request("prompts/get");
    assertThat(request.params()).isEqualTo(Map.of("name", "p", "arguments", Map.of("k", "v")));
    server.respond(
        request,
        "{\"description\":\"d\",\"messages\":[{\"role\":\"user\",\"content\":"
            + "{\"type\":\"text\",\"text\":\"Hi\"}}]}");
    assertThat(get(prompt).description()).contains("d");
    assertThat(get(prompt).messages()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"2025-03-26,false", "2025-06-18,true"})
  void completionTellsTheOtherArgumentsToWhoKnowsThem(String revision, boolean told)
      throws Exception {
    legacy(builder(), revision, EVERYTHING);
    Future<Completion> completing =
        inBackground(
            () ->
                client.complete(
                    new Completion.Reference.Template("a:{b}{c}"), "b", "t", Map.of("c", "d")));

    Message.Request request = server.request("completion/complete");
    assertThat(request.params().get("argument")).isEqualTo(Map.of("name", "b", "value", "t"));
    assertThat(request.params().containsKey("context")).isEqualTo(told);
    server.respond(request, "{\"completion\":{\"values\":[\"tea\"],\"total\":9,\"hasMore\":true}}");

    assertThat(get(completing)).isEqualTo(new Completion(List.of("tea"), Optional.of(9), true));
  }

  /** Keeps what it hears of a log. */
  private static final class LogReader implements CallListener {
    final List<String> lines = new ArrayList<>();
    private final Optional<LogLevel> least;

    LogReader(Optional<LogLevel> least) {
      this.least = least;
    }

    @Override
    public Optional<LogLevel> wantsLog() {
      return least;
    }

    @Override
    public synchronized void log(LogLevel level, String logger, Object data) {
      lines.add(level + " " + logger + " " + data);
    }
  }

  @Test
  void logMessagesReachTheCallThatWantsThemElseTheClientsFeatures() throws Exception {
    LogReader features = new LogReader(Optional.empty());
    legacy(builder().features(features), "2025-11-25", EVERYTHING);
    LogReader reader = new LogReader(Optional.of(LogLevel.INFO));
    var call = inBackground(() -> client.callTool(ToolCall.of("t", Map.of()).withListener(reader)));
    Message.Request level = server.request("logging/setLevel");
    assertThat(level.params()).isEqualTo(Map.of("level", "info"));
    server.respond(level, "{}");
    Message.Request first = server.request("tools/call");
    var second = inBackground(() -> client.callTool(ToolCall.of("t", Map.of())));
    Message.Request other = server.request("tools/call");

    server.tell("notifications/message", "{\"level\":\"error\",\"logger\":\"l\",\"data\":\"a\"}");
    server.tell("notifications/message", "{\"level\":\"debug\",\"data\":\"b\"}", first.id());
    server.tell("notifications/message", "{\"level\":\"info\",\"data\":\"c\"}", first.id());
    server.tell("notifications/message", "{\"level\":\"info\",\"data\":\"d\"}", other.id());
    server.tell("notifications/message", "{\"level\":\"loud\",\"data\":\"e\"}");
    server.respond(first, text(""));
    server.respond(other, text(""));
    get(call);
    get(second);

    assertThat(reader.lines).containsExactly("ERROR l a", "INFO  c");
    assertThat(features.lines).containsExactly("INFO  d");
  }

  @Test
  void inTheNewerEraEachCallSaysWhichLogItWants() throws Exception {
    modern(builder(), EVERYTHING);
    LogReader reader = new LogReader(Optional.of(LogLevel.DEBUG));
    var call = inBackground(() -> client.callTool(ToolCall.of("t", Map.of()).withListener(reader)));

    Message.Request request = server.request("tools/call");
    assertThat(meta(request)).containsEntry("io.modelcontextprotocol/logLevel", "debug");
    server.tell("notifications/message", "{\"level\":\"debug\",\"data\":\"b\"}");
    server.respond(request, text(""));
    get(call);

    assertThat(reader.lines).containsExactly("DEBUG  b");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.InputRequest;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.ResourceContents;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.TransportProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * All that our client can do with a server of the older era: the reference server that offers every
 * kind of thing, over one transport.
 */
abstract class EverythingContract {
  private static final String TEMPLATE = "demo://resource/dynamic/text/{resourceId}";

  // The server does not end with its input, so that each test waits for that.
  private static final Limits LIMITS = Limits.builder().childGrace(Duration.ofMillis(200)).build();

  private final Person person = Person.filling(Map.of("name", "Ada", "check", true, "integer", 7));
  private McpClient client;

  /** How the server is reached. */
  abstract ClientDefinition server();

  abstract TransportProvider transport();

  @BeforeEach
  void connect() {
    client =
        McpClient.over(() -> transport().open("everything", server(), LIMITS))
            .features(person)
            .connect();
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
  }

  @Test
  void itIsTheReferenceServer() {
    assertThat(client.peer().name()).isEqualTo("mcp-servers/everything");
    assertThat(client.peer().protocolVersion()).isEqualTo(Seen.Era.OLDER.revision());
    assertThat(client.listTools())
        .extracting(Tool::name)
        .contains("echo", "trigger-elicitation-request", "trigger-sampling-request");
  }

  @Test
  void callsReportProgress() {
    Progress progress = new Progress();

    ToolResult result =
        client.callTool(
            call("trigger-long-running-operation", Map.of("duration", 0.4, "steps", 4), progress));

    assertThat(result.text()).contains("operation completed");
    assertThat(progress.reports()).containsExactly("1 of 4", "2 of 4", "3 of 4", "4 of 4");
  }

  @Test
  void twentyCallsAtOnceGetTheirOwnAnswers() {
    List<CompletableFuture<String>> answers =
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> client.callTool(echo("number " + i)).text(),
                        task -> new Thread(task).start()))
            .toList();

    assertThat(answers)
        .extracting(CompletableFuture::join)
        .containsExactlyElementsOf(
            IntStream.range(0, 20).mapToObj(i -> "Echo: number " + i).toList());
  }

  @Test
  void aCallThatTakesTooLongEndsAndTheNextIsAnswered() {
    ToolCall tooLong =
        call(
            "trigger-long-running-operation",
            Map.of("duration", 60, "steps", 60),
            CallListener.NONE);

    assertThatThrownBy(() -> client.callTool(tooLong.withTimeout(Duration.ofMillis(300))))
        .isInstanceOf(McpException.TimedOut.class);
    assertThat(client.callTool(echo("next")).text()).isEqualTo("Echo: next");
  }

  @Test
  void aFormIsFilledIn() {
    ToolResult result = client.callTool(call("trigger-elicitation-request", Map.of(), person));

    assertThat(result.text()).contains("Name: Ada", "Agreed to terms: true", "Integer: 7");
    assertThat(person.asked())
        .singleElement()
        .isInstanceOfSatisfying(
            InputRequest.Form.class,
            form ->
                assertThat(form.schema().json().toString()).contains("titledMultipleSelectEnum"));
  }

  @Test
  void aFormIsDeclined() {
    ToolResult result =
        client.callTool(call("trigger-elicitation-request", Map.of(), Person.declining()));

    assertThat(result.text()).contains("User declined");
  }

  @Test
  void theUserIsSentToAUrl() {
    ToolResult result =
        client.callTool(
            call("trigger-url-elicitation", Map.of("url", "https://example.org/in"), person));

    assertThat(result.text()).contains("https://example.org/in", "completed");
    assertThat(person.asked())
        .singleElement()
        .isInstanceOfSatisfying(
            InputRequest.Url.class,
            asked -> assertThat(asked.url()).isEqualTo("https://example.org/in"));
  }

  @Test
  void aModelIsAskedToWrite() {
    ToolResult result =
        client.callTool(
            call("trigger-sampling-request", Map.of("prompt", "Who wrote this?"), person));

    assertThat(result.text()).contains("It was written by hand.");
    assertThat(person.asked())
        .singleElement()
        .satisfies(asked -> assertThat(asked.toString()).contains("Who wrote this?"));
  }

  @Test
  void theServerLearnsOfOurRoots() {
    assertThat(client.callTool(call("get-roots-list", Map.of(), person)).text())
        .contains("file:///tmp/cleat");
  }

  @Test
  void whatTheServerLogsIsHeard() throws Exception {
    client.callTool(call("toggle-simulated-logging", Map.of(), person));

    assertThat(person.awaitLog()).asString().containsAnyOf("message", "Roots updated");
  }

  @Test
  void promptsAreListedAndGot() {
    assertThat(client.listPrompts())
        .extracting(Prompt::name)
        .contains("simple-prompt", "args-prompt", "completable-prompt");

    PromptResult weather =
        client.getPrompt("args-prompt", Map.of("city", "Kyiv"), CallListener.NONE);

    assertThat(weather.messages())
        .singleElement()
        .satisfies(
            message -> assertThat(message.content().asText()).contains("What's weather in Kyiv?"));
  }

  @Test
  void argumentsAreCompletedByWhatTheOthersAre() {
    Completion.Reference prompt = new Completion.Reference.Prompt("completable-prompt");
    Completion.Reference template = new Completion.Reference.Template(TEMPLATE);

    assertThat(client.complete(prompt, "department", "S", Map.of()).values())
        .containsExactly("Sales", "Support");
    assertThat(client.complete(prompt, "name", "", Map.of("department", "Sales")).values())
        .containsExactly("David", "Eve", "Frank");
    assertThat(client.complete(template, "resourceId", "7", Map.of()).values())
        .containsExactly("7");
  }

  @Test
  void resourcesAreListedAndRead() {
    assertThat(client.listResources()).isNotEmpty();
    assertThat(client.listResourceTemplates())
        .extracting(template -> template.uriTemplate())
        .contains(TEMPLATE);

    String listed = client.listResources().get(0).uri();
    assertThat(client.readResource(listed, CallListener.NONE)).isNotEmpty();
    assertThat(client.readResource("demo://resource/dynamic/text/3", CallListener.NONE))
        .singleElement()
        .isInstanceOfSatisfying(
            ResourceContents.Text.class,
            text -> assertThat(text.text()).startsWith("Resource 3: This is a plaintext"));
  }

  @Test
  void aResourceThatIsSubscribedToIsHeardOf() throws Exception {
    CompletableFuture<String> updated = new CompletableFuture<>();
    client.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {}

          @Override
          public void updated(String resourceUri) {
            updated.complete(resourceUri);
          }
        });

    client.subscribe("demo://resource/dynamic/text/1");
    client.callTool(call("toggle-subscriber-updates", Map.of(), CallListener.NONE));

    assertThat(updated.get(20, TimeUnit.SECONDS)).isEqualTo("demo://resource/dynamic/text/1");
  }

  private static ToolCall echo(String message) {
    return call("echo", Map.of("message", message), CallListener.NONE);
  }

  private static ToolCall call(String tool, Map<String, ?> arguments, CallListener listener) {
    return ToolCall.of(tool, arguments).withListener(listener);
  }
}

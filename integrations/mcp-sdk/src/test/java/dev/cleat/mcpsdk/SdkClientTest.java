// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ResourceContents;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.testkit.NoLeaks;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client of the SDK to a server of ours in a process of its own, used as one of ours. */
@ExtendWith(NoLeaks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SdkClientTest {
  private final Guest features = new Guest(true);
  private final Heard<Object> changes = new Heard<>();
  private McpClient client;

  static StdioClientTransport transport(String by) {
    List<String> command = DeskServer.command(by);
    return new StdioClientTransport(
        ServerParameters.builder(command.get(0)).args(command.subList(1, command.size())).build(),
        McpJsonDefaults.getMapper());
  }

  @BeforeAll
  void connect() {
    client = SdkClient.builder(transport(DeskServer.BY_CLEAT)).features(features).connect();
    client.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            changes.add(catalog);
          }

          @Override
          public void updated(String resourceUri) {
            changes.add(resourceUri);
          }
        });
  }

  @AfterAll
  void close() {
    client.close();
  }

  private ToolResult call(String tool) {
    return client.callTool(ToolCall.of(tool, Map.of()));
  }

  @Test
  void tellsWhoTheServerIs() {
    assertThat(client.peer().name()).isEqualTo("desk");
    assertThat(client.peer().version()).isEqualTo("1");
    assertThat(client.peer().instructions()).contains("Sit down.");
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-11-25");
  }

  @Test
  void listsToolsAsTheyAre() {
    var echo =
        client.listTools().stream().filter(tool -> tool.name().equals("echo")).findFirst().get();

    assertThat(echo).isEqualTo(new Desk().find("echo").get().tool());
  }

  @Test
  void callsATool() {
    ToolResult result = client.callTool(ToolCall.of("echo", Map.of("word", "früh")));

    assertThat(((ToolResult.Success) result).as(Desk.Echoed.class))
        .isEqualTo(new Desk.Echoed("früh", 4));
  }

  @Test
  void losesNothingOfAResult() {
    assertThat(call("rich")).isEqualTo(Desk.rich());
  }

  @Test
  void givesAFailureOfAToolWithItsKindAndHint() {
    ToolResult.Failure failure = (ToolResult.Failure) call("fail");

    assertThat(failure.kind()).isEqualTo(FailureKind.CONFLICT);
    assertThat(failure.message()).isEqualTo("There is a desk already.");
    assertThat(failure.hint()).isEqualTo("Use that one.");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void givesARefusalWithItsCodeAndData() {
    McpException.Protocol refused =
        catchThrowableOfType(McpException.Protocol.class, () -> call("refuse"));

    assertThat(refused.code()).isEqualTo(-31999);
    assertThat(refused).hasMessage("Not today.");
    assertThat(refused.data()).contains(Map.of("when", "tomorrow"));
  }

  @Test
  void reportsProgressToTheCallThatWantsIt() throws Exception {
    Guest guest = new Guest(true);

    ToolResult result = client.callTool(ToolCall.of("steps", Map.of()).withListener(guest));

    assertThat(result.text()).isEqualTo("walked");
    assertThat(guest.progress.next(3))
        .containsExactly("1.0/3.0 one", "2.0/3.0 two", "3.0/3.0 three");
  }

  @Test
  void passesLogMessagesOn() throws Exception {
    call("write_log");

    assertThat(features.log.next()).isEqualTo("WARNING the desk is full");
  }

  @Test
  void answersWhatTheServerAsks() throws Exception {
    assertThat(features.questions.next()).isEqualTo(new InputRequest.Roots());
    assertThat(call("ask_name").text()).isEqualTo("Hello, Ada");
    assertThat(features.questions.next())
        .isInstanceOfSatisfying(
            InputRequest.Form.class,
            form -> {
              assertThat(form.message()).isEqualTo("Who are you?");
              assertThat(form.schema().property("name")).isPresent();
            });
    assertThat(call("confirm").text()).isEqualTo("thrown away");
    assertThat(call("think").text()).isEqualTo("I thought.");
    assertThat(call("look_around").text()).isEqualTo("file:///home/guest");
  }

  @Test
  void letsTheCallersListenerAnswerFirst() {
    ToolResult result =
        client.callTool(ToolCall.of("ask_name", Map.of()).withListener(new Guest(false)));

    assertThat(result.text()).isEqualTo("Hello, nobody");
  }

  @Test
  void hasThePromptsOfTheServer() {
    assertThat(client.listPrompts()).containsExactly(new Desk().prompts().get(0).prompt());
    assertThat(client.getPrompt("greet", Map.of("who", "Ada"), CallListener.NONE))
        .isEqualTo(dev.cleat.PromptResult.text("Greet Ada."));
    assertThatThrownBy(() -> client.getPrompt("greet", Map.of(), CallListener.NONE))
        .isInstanceOfSatisfying(
            McpException.Protocol.class, refused -> assertThat(refused.code()).isEqualTo(-32602));
  }

  @Test
  void hasTheResourcesOfTheServer() {
    assertThat(client.listResources()).containsExactly(new Desk().resources().get(0).resource());
    assertThat(client.listResourceTemplates())
        .containsExactly(new Desk().templates().get(0).template());
    assertThat(client.readResource(Desk.NOTE, CallListener.NONE))
        .containsExactly(ResourceContents.text(Desk.NOTE, "text/plain", "buy milk"));
    assertThat(client.readResource("desk://drawer/7", CallListener.NONE))
        .containsExactly(
            ResourceContents.bytes("desk://drawer/7", "application/octet-stream", "7".getBytes()));
    assertThatThrownBy(() -> client.readResource("desk://drawer/13", CallListener.NONE))
        .isInstanceOf(McpException.NotFound.class);
  }

  @Test
  void completesArguments() {
    assertThat(client.complete(new Completion.Reference.Prompt("greet"), "who", "A", Map.of()))
        .isEqualTo(Completion.of(List.of("Ada", "Alan")));
    assertThat(
            client.complete(
                new Completion.Reference.Template("desk://drawer/{number}"),
                "number",
                "2",
                Map.of()))
        .isEqualTo(Completion.of(List.of("2", "21")));
  }

  @Test
  void hearsOfChanges() throws Exception {
    client.callTool(ToolCall.of("add_tool", Map.of("word", "brand_new")));
    assertThat(changes.next()).isEqualTo(ChangeListener.Catalog.TOOLS);
    assertThat(Desk.names(client.listTools())).contains("brand_new");

    client.subscribe(Desk.NOTE);
    call("write_note");
    assertThat(changes.next()).isEqualTo(Desk.NOTE);
    client.unsubscribe(Desk.NOTE);
  }

  @Test
  void keepsTheTimeLimitOfACall() {
    assertThatThrownBy(
            () ->
                client.callTool(ToolCall.of("wait", Map.of()).withTimeout(Duration.ofMillis(300))))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, late -> assertThat(late.mayHaveExecuted()).isTrue());
    assertThat(call("steps").text()).isEqualTo("walked");
  }

  @Test
  void givesUpACallWhoseCallerIsInterrupted() throws Exception {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Guest guest = new Guest(true);
    Thread caller =
        new Thread(
            () -> {
              try {
                client.callTool(ToolCall.of("steps", Map.of()).withListener(guest));
                client.callTool(ToolCall.of("wait", Map.of()));
              } catch (McpException e) {
                ended.complete(e);
              }
            });
    caller.start();
    guest.progress.next(3);
    caller.interrupt();

    assertThat(ended.get(30, TimeUnit.SECONDS)).isInstanceOf(McpException.Cancelled.class);
    caller.join();
  }

  @Test
  void answersManyCallsAtOnce() throws Exception {
    Heard<String> answers = new Heard<>();
    List<Thread> callers = new java.util.ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String word = "word" + i;
      Thread caller =
          new Thread(
              () -> {
                ToolResult said = client.callTool(ToolCall.of("echo", Map.of("word", word)));
                answers.add(((ToolResult.Success) said).as(Desk.Echoed.class).word());
              });
      caller.start();
      callers.add(caller);
    }

    assertThat(answers.next(4)).containsExactlyInAnyOrder("word0", "word1", "word2", "word3");
    for (Thread caller : callers) {
      caller.join();
    }
  }

  @Test
  void refusesToConnectToWhatIsNoServer() {
    StdioClientTransport nobody =
        new StdioClientTransport(
            ServerParameters.builder("/no/such/program").build(), McpJsonDefaults.getMapper());
    // The SDK waits for this to be over, whatever became of the process.
    Limits impatient = Limits.builder().connectTimeout(Duration.ofSeconds(1)).build();

    assertThatThrownBy(() -> SdkClient.builder(nobody).limits(impatient).connect())
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("could not be initialised");
  }

  @Test
  void leavesNothingOfAServerThatSaysNothing() {
    Limits impatient = Limits.builder().connectTimeout(Duration.ofSeconds(1)).build();

    assertThatThrownBy(
            () -> SdkClient.builder(transport(DeskServer.BY_NOBODY)).limits(impatient).connect())
        .isInstanceOf(McpException.ConnectFailed.class);
  }

  @Test
  void takesAClientThatIsThereAlready() {
    McpSyncClient theirs =
        io.modelcontextprotocol.client.McpClient.sync(transport(DeskServer.BY_CLEAT))
            .requestTimeout(Duration.ofSeconds(20))
            .build();
    theirs.initialize();

    McpClient ours = SdkClient.of(theirs);
    ToolResult result = ours.callTool(ToolCall.of("echo", Map.of("word", "hi")));
    ours.close();
    ours.close();

    assertThat(((ToolResult.Success) result).as(Desk.Echoed.class).word()).isEqualTo("hi");
    assertThat(ours.ended()).isCompletedWithValue("it was closed");
    assertThat(theirs.isInitialized()).isFalse();
    assertThatThrownBy(() -> ours.callTool(ToolCall.of("echo", Map.of("word", "hi"))))
        .isInstanceOf(McpException.class)
        .satisfies(e -> assertThat(((McpException) e).mayHaveExecuted()).isFalse());
  }

  @Test
  void saysThatTheOutcomeIsUnknownWhenTheSdkGivesUpACall() {
    McpSyncClient theirs =
        io.modelcontextprotocol.client.McpClient.sync(transport(DeskServer.BY_CLEAT))
            .requestTimeout(Duration.ofSeconds(3))
            .initializationTimeout(Duration.ofSeconds(30))
            .build();
    try (McpClient ours = SdkClient.of(theirs)) {
      assertThatThrownBy(() -> ours.callTool(ToolCall.of("exit", Map.of())))
          .isInstanceOf(McpException.OutcomeUnknown.class)
          .hasMessageContaining("request timeout");
    }
  }
}

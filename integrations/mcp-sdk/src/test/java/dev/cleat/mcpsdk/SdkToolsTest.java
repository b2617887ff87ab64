// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.FailureKind;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.PromptResult;
import dev.cleat.ResourceContents;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.stdio.CommandTransport;
import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Our tools served by a server of the SDK in a process of its own, called by a client of ours. One
 * call at a time: the SDK's server loses answers over stdio otherwise.
 */
@ExtendWith(NoLeaks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SdkToolsTest {
  private final Guest features = new Guest(true);
  private final Heard<Object> changes = new Heard<>();
  private McpClient client;

  @BeforeAll
  void connect() {
    List<String> command = DeskServer.command(DeskServer.BY_SDK);
    ClientDefinition definition =
        ClientDefinition.command(
            command.get(0), command.subList(1, command.size()).toArray(String[]::new));
    Limits limits = Limits.defaults();
    client =
        McpClient.over(() -> new CommandTransport().open("desk", definition, limits))
            .limits(limits)
            .features(features)
            .connect();
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
  void listsWhatAccessAllows() {
    assertThat(Desk.names(client.listTools()))
        .contains("echo", "fail", "rich")
        .doesNotContain("burn");
    assertThatThrownBy(() -> call("burn")).isInstanceOf(McpException.Protocol.class);
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
  void marksAFailureAsCleatsOwnServerDoes() {
    ToolResult.Failure failure = (ToolResult.Failure) call("fail");

    assertThat(failure.kind()).isEqualTo(FailureKind.CONFLICT);
    assertThat(failure.message()).isEqualTo("There is a desk already.");
    assertThat(failure.hint()).isEqualTo("Use that one.");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void tellsNothingOfAFaultButItsNumber() {
    ToolResult.Failure failure = (ToolResult.Failure) call("break");

    assertThat(failure.kind()).isEqualTo(FailureKind.INTERNAL);
    assertThat(failure.text()).doesNotContain("secret");
  }

  @Test
  void refusesWithCodeAndData() {
    McpException.Protocol refused =
        catchThrowableOfType(McpException.Protocol.class, () -> call("refuse"));

    assertThat(refused.code()).isEqualTo(-31999);
    assertThat(refused).hasMessage("Not today.");
    assertThat(refused.data()).contains(Map.of("when", "tomorrow"));
  }

  @Test
  void reportsProgress() throws Exception {
    Guest guest = new Guest(true);

    client.callTool(ToolCall.of("steps", Map.of()).withListener(guest));

    assertThat(guest.progress.next(3))
        .containsExactly("1.0/3.0 one", "2.0/3.0 two", "3.0/3.0 three");
  }

  @Test
  void sendsLogMessages() throws Exception {
    call("write_log");

    assertThat(features.log.next()).isEqualTo("WARNING the desk is full");
  }

  @Test
  void asksTheClient() {
    assertThat(call("ask_name").text()).isEqualTo("Hello, Ada");
    assertThat(call("confirm").text()).isEqualTo("thrown away");
    assertThat(call("think").text()).isEqualTo("I thought.");
    assertThat(call("look_around").text()).isEqualTo("file:///home/guest");
    ToolResult.Failure declined =
        (ToolResult.Failure)
            client.callTool(ToolCall.of("confirm", Map.of()).withListener(new Guest(false)));
    assertThat(declined.kind()).isEqualTo(FailureKind.DECLINED);
  }

  @Test
  void servesPrompts() {
    assertThat(client.listPrompts()).containsExactly(new Desk().prompts().get(0).prompt());
    assertThat(client.getPrompt("greet", Map.of("who", "Ada"), CallListener.NONE))
        .isEqualTo(PromptResult.text("Greet Ada."));
  }

  @Test
  void servesResources() {
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
  void followsChangesOfTheSet() throws Exception {
    client.callTool(ToolCall.of("add_tool", Map.of("word", "brand_new")));
    assertThat(changes.next()).isEqualTo(ChangeListener.Catalog.TOOLS);
    assertThat(Desk.names(client.listTools())).contains("brand_new");
    assertThat(call("brand_new").text()).isEqualTo("new");

    client.subscribe(Desk.NOTE);
    call("write_note");
    assertThat(changes.next()).isEqualTo(Desk.NOTE);
    client.unsubscribe(Desk.NOTE);
  }
}

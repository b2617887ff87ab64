// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completer;
import dev.cleat.Completion;
import dev.cleat.Content;
import dev.cleat.InputRequest;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Prompts, resources and completions of this process, found by the rules of {@link Lookup}. */
class LocalPromptsAndResourcesTest {
  private static final ToolSet SET =
      ToolSet.builder()
          .prompt(
              Prompt.named("greet")
                  .requires("who", "a name")
                  .takes("how", "a tone")
                  .completes("who", Completer.of(List.of("Ada", "Alan", "Grace")))
                  .gives((arguments, context) -> PromptResult.text("Greet " + arguments)))
          .resource(
              Resource.at("log://today")
                  .reads((read, context) -> contents(read.uri(), read.variables().toString())))
          .template(
              ResourceTemplate.of("log://{day}")
                  .completes("day", Completer.of(List.of("today", "yesterday")))
                  .reads(
                      (read, context) -> {
                        if (read.variables().containsValue("never")) {
                          throw ToolFailure.notFound("There is no such day.", "");
                        }
                        return contents(read.uri(), read.variables().toString());
                      }))
          .build();

  private final McpClient client = McpClient.of("local", SET);

  private static List<ResourceContents> contents(String uri, String text) {
    return List.of(ResourceContents.text(uri, "text/plain", text));
  }

  private String read(String uri) {
    return ((ResourceContents.Text) client.readResource(uri, CallListener.NONE).get(0)).text();
  }

  @Test
  void allIsListed() {
    assertThat(client.listPrompts()).extracting(Prompt::name).containsExactly("greet");
    assertThat(client.listResources()).extracting(Resource::uri).containsExactly("log://today");
    assertThat(client.listResourceTemplates())
        .extracting(ResourceTemplate::uriTemplate)
        .containsExactly("log://{day}");
  }

  @Test
  void aPromptGetsItsArguments() {
    PromptResult result = client.getPrompt("greet", Map.of("who", "Ada"), CallListener.NONE);

    assertThat(result.messages())
        .containsExactly(PromptResult.Message.user(new Content.Text("Greet {who=Ada}")));
  }

  @Test
  void wrongArgumentsOfAPromptAreNamed() {
    assertThatThrownBy(() -> client.getPrompt("greet", Map.of("how", "x"), CallListener.NONE))
        .isInstanceOfSatisfying(
            McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32602))
        .hasMessageContaining("needs who");
    assertThatThrownBy(
            () -> client.getPrompt("greet", Map.of("who", "", "why", ""), CallListener.NONE))
        .isInstanceOf(McpException.Protocol.class)
        .hasMessageContaining("\"why\"")
        .hasMessageContaining("who, how");
    assertThatThrownBy(() -> Lookup.prompt(SET.prompts().get(0), Map.of("who", 7), null))
        .isInstanceOf(McpException.Protocol.class)
        .hasMessageContaining("has to be a text");
    assertThatThrownBy(() -> client.getPrompt("part", Map.of(), CallListener.NONE))
        .isInstanceOf(McpException.NotFound.class);
  }

  @Test
  void aResourceIsReadByItsUriBeforeAnyTemplate() {
    assertThat(read("log://today")).isEqualTo("{}");
    assertThat(read("log://1%2F2")).isEqualTo("{day=1/2}");
    for (String nowhere : List.of("log://a/b", "other:a", "log://never")) {
      assertThatThrownBy(() -> read(nowhere)).isInstanceOf(McpException.NotFound.class);
    }
  }

  @Test
  void argumentsAndVariablesAreCompleted() {
    var greet = new Completion.Reference.Prompt("greet");
    var day = new Completion.Reference.Template("log://{day}");

    assertThat(client.complete(greet, "who", "A", Map.of()).values())
        .containsExactly("Ada", "Alan");
    assertThat(client.complete(day, "day", "y", Map.of()).values()).containsExactly("yesterday");
    assertThat(client.complete(greet, "how", "", Map.of())).isEqualTo(Completion.NONE);
    assertThat(
            client.complete(new Completion.Reference.Template("log://today"), "day", "", Map.of()))
        .isEqualTo(Completion.NONE);
    for (Completion.Reference unknown :
        List.of(
            greet,
            day,
            new Completion.Reference.Prompt("part"),
            new Completion.Reference.Template("log://{x}"))) {
      assertThatThrownBy(() -> client.complete(unknown, "nothing", "", Map.of()))
          .isInstanceOfSatisfying(
              McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32602));
    }
  }

  @Test
  void changesOfResourcesAreHeardOfWhatIsSubscribed() {
    AtomicReference<ChangeListener> told = new AtomicReference<>();
    List<String> heard = new ArrayList<>();
    ToolSet changing =
        new ToolSet() {
          @Override
          public List<ServedTool> tools() {
            return List.of();
          }

          @Override
          public void onChange(ChangeListener listener) {
            told.set(listener);
          }
        };
    McpClient watching = McpClient.of("local", changing);
    watching.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            heard.add(catalog.name());
          }

          @Override
          public void updated(String resourceUri) {
            heard.add(resourceUri);
          }
        });

    told.get().updated("a:b");
    watching.subscribe("a:b");
    told.get().updated("a:b");
    told.get().updated("c:d");
    watching.unsubscribe("a:b");
    told.get().updated("a:b");
    told.get().changed(ChangeListener.Catalog.PROMPTS);

    assertThat(heard).containsExactly("a:b", "PROMPTS");
  }

  @Test
  void aHandlerAsksItsCaller() {
    InputRequest.Form form =
        new InputRequest.Form(
            "Who?",
            Schema.of(
                ScriptedPeer.object(
                    "{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\",\"default\":30}}}")));
    McpClient asking =
        McpClient.of(
            "local",
            ToolSet.of(
                Tool.named("t")
                    .readOnly()
                    .handles(
                        Schema.anyObject(),
                        (call, context) ->
                            ToolResult.text(context.elicit(form).content().toString()))));

    assertThat(
            asking
                .callTool(
                    ToolCall.of("t", Map.of())
                        .withListener(
                            ScriptedSessions.answering(
                                ScriptedSessions.FORMS, asked -> ScriptedSessions.named("Ada"))))
                .text())
        .contains("name=Ada")
        .contains("age=30");
    assertThat(asking.callTool(ToolCall.of("t", Map.of())).text()).contains("elicitation/create");
  }

  @Test
  void aClosedClientGivesNothing() {
    client.close();

    assertThatThrownBy(() -> read("log://today")).isInstanceOf(McpException.Closed.class);
    assertThatThrownBy(() -> client.getPrompt("greet", Map.of(), CallListener.NONE))
        .isInstanceOf(McpException.Closed.class);
  }
}

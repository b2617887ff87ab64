// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.ChangeListener;
import dev.cleat.Completer;
import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.Root;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Something of every kind, with names that say what it does. */
final class Desk implements ToolSet {
  static final String NOTE = "desk://note";

  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private final List<ServedTool> tools = new CopyOnWriteArrayList<>();
  private final CountDownLatch interrupted = new CountDownLatch(1);
  final CountDownLatch closed = new CountDownLatch(1);

  record Word(String word) {}

  record Echoed(String word, long length) {}

  record Nothing() {}

  record Person(String name) {}

  Desk() {
    tools.add(
        Tool.named("echo")
            .title("Echo")
            .says("Says it again.")
            .readOnly()
            .handles(
                Word.class,
                Echoed.class,
                (said, call) -> new Echoed(said.word(), said.word().length())));
    tools.add(tool("fail").handles(Nothing.class, (none, call) -> fail()));
    tools.add(tool("break").handles(Nothing.class, (none, call) -> breakDown()));
    tools.add(tool("refuse").handles(Nothing.class, (none, call) -> refuse()));
    tools.add(tool("rich").handles(Nothing.class, (none, call) -> rich()));
    tools.add(
        tool("steps")
            .handles(
                Nothing.class,
                (none, call) -> {
                  call.progress(1, 3, "one");
                  call.progress(2, 3, "two");
                  call.progress(3, 3, "three");
                  return ToolResult.text("walked");
                }));
    tools.add(
        tool("write_log")
            .handles(
                Nothing.class,
                (none, call) -> {
                  call.log(LogLevel.WARNING, "the desk is full");
                  return ToolResult.text("logged");
                }));
    tools.add(
        tool("ask_name")
            .handles(
                Nothing.class,
                (none, call) ->
                    ToolResult.text(
                        call.elicit("Who are you?", Person.class)
                            .map(person -> "Hello, " + person.name())
                            .orElse("Hello, nobody"))));
    tools.add(
        tool("confirm")
            .handles(
                Nothing.class,
                (none, call) -> {
                  call.confirm("Throw it away?");
                  return ToolResult.text("thrown away");
                }));
    tools.add(
        tool("think")
            .handles(
                Nothing.class,
                (none, call) ->
                    ToolResult.text(
                        call.sample(InputRequest.Sampling.of("Think.", 10)).text().orElse(""))));
    tools.add(
        tool("look_around")
            .handles(
                Nothing.class,
                (none, call) ->
                    ToolResult.text(
                        call.roots().stream().map(Root::uri).collect(Collectors.joining(" ")))));
    tools.add(
        tool("wait")
            .handles(
                Nothing.class,
                (none, call) -> {
                  call.progress(1, 2, "waiting");
                  try {
                    new CountDownLatch(1).await();
                  } finally {
                    interrupted.countDown();
                  }
                  return ToolResult.text("never");
                }));
    tools.add(
        tool("hear_of_interrupt")
            .handles(
                Nothing.class,
                (none, call) ->
                    ToolResult.text(
                        interrupted.await(30, TimeUnit.SECONDS) ? "interrupted" : "not at all")));
    tools.add(
        tool("exit")
            .handles(
                Nothing.class,
                (none, call) -> {
                  Runtime.getRuntime().halt(3);
                  return ToolResult.text("never");
                }));
    tools.add(
        tool("add_tool")
            .handles(
                Word.class,
                (named, call) -> {
                  tools.add(
                      tool(named.word()).handles(Nothing.class, (n, c) -> ToolResult.text("new")));
                  listeners.forEach(hears -> hears.changed(ChangeListener.Catalog.TOOLS));
                  return ToolResult.text("added");
                }));
    tools.add(
        tool("write_note")
            .handles(
                Nothing.class,
                (none, call) -> {
                  listeners.forEach(hears -> hears.updated(NOTE));
                  return ToolResult.text("written");
                }));
    tools.add(
        Tool.named("burn")
            .says("Burns it all.")
            .destructive()
            .handles(Nothing.class, (none, call) -> ToolResult.text("burnt")));
  }

  private static dev.cleat.ToolBuilder tool(String name) {
    return Tool.named(name).says("Does what its name says.").readOnly();
  }

  private static ToolResult fail() {
    throw new ToolFailure(FailureKind.CONFLICT, "There is a desk already.", "Use that one.")
        .retryable();
  }

  private static ToolResult breakDown() {
    throw new IllegalStateException("a secret of the log");
  }

  private static ToolResult refuse() {
    throw new McpException.Protocol(-31999, "Not today.", Optional.of(Map.of("when", "tomorrow")));
  }

  static ToolResult rich() {
    return new ToolResult.Success(
        List.of(
            new Content.Text("text"),
            new Content.Image("aW1hZ2U=", "image/png"),
            new Content.Audio("YXVkaW8=", "audio/wav"),
            new Content.Embedded(ResourceContents.text("desk://a", "text/plain", "embedded")),
            new Content.Embedded(
                ResourceContents.bytes("desk://b", "image/png", new byte[] {1, 2, 3})),
            new Content.Link(
                Resource.at("desk://c").named("c").reads((r, c) -> List.of()).resource()),
            new Content.Other(
                "text",
                Map.of(
                    "type",
                    "text",
                    "text",
                    "annotated",
                    "annotations",
                    Map.of("audience", List.of("user"), "priority", 0.5),
                    "_meta",
                    Map.of("example.com/mark", 7L)))),
        Optional.of(Map.of("list", List.of(1L, 2.5, "three", true), "big", 1L << 40)),
        Map.of("example.com/result", Map.of("n", 1L)));
  }

  @Override
  public List<ServedTool> tools() {
    return tools;
  }

  @Override
  public List<ServedPrompt> prompts() {
    return List.of(
        Prompt.named("greet")
            .title("Greeting")
            .says("Greets somebody.")
            .requires("who", "whom to greet")
            .completes("who", Completer.of(List.of("Ada", "Alan", "Grace")))
            .gives((arguments, call) -> PromptResult.text("Greet " + arguments.get("who") + ".")));
  }

  @Override
  public List<ServedResource> resources() {
    return List.of(
        Resource.at(NOTE)
            .named("note")
            .mimeType("text/plain")
            .reads(
                (read, call) ->
                    List.of(ResourceContents.text(read.uri(), "text/plain", "buy milk"))));
  }

  @Override
  public List<ServedTemplate> templates() {
    return List.of(
        ResourceTemplate.of("desk://drawer/{number}")
            .named("drawer")
            .completes("number", Completer.of(List.of("1", "2", "21")))
            .reads(
                (read, call) -> {
                  if (read.variables().get("number").equals("13")) {
                    throw ToolFailure.notFound("There is no such drawer.", "");
                  }
                  return List.of(
                      ResourceContents.bytes(
                          read.uri(),
                          "application/octet-stream",
                          read.variables().get("number").getBytes()));
                }));
  }

  @Override
  public Set<ChangeListener.Catalog> catalogs() {
    return EnumSet.allOf(ChangeListener.Catalog.class);
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    closed.countDown();
  }

  static List<String> names(List<Tool> tools) {
    List<String> names = new ArrayList<>();
    tools.forEach(tool -> names.add(tool.name()));
    return names;
  }
}

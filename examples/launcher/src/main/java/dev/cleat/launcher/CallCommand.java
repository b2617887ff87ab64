// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Access;
import dev.cleat.CallListener.Answer;
import dev.cleat.Content;
import dev.cleat.Json;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolName;
import dev.cleat.ToolResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cleat call}: one call of one tool, without an agent. */
@Command(
    name = "call",
    mixinStandardHelpOptions = true,
    description = "Calls a tool and prints its result; cleat tools lists what there is.",
    footer = {"", "Example: cleat call get_gpu_health detail=issues"})
final class CallCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private final CommonOptions options = new CommonOptions();
  @Mixin private final AccessOptions allowed = new AccessOptions();

  @Parameters(index = "0", paramLabel = "TOOL", description = "its name")
  private String name = "";

  @Parameters(index = "1..*", paramLabel = "name=value", description = "its arguments")
  private List<String> words = List.of();

  @Option(names = "--json", paramLabel = "'{…}'", description = "arguments as a JSON object")
  private Optional<String> json = Optional.empty();

  CallCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    try (Interruption interruption = Interruption.onCtrlC(host);
        Launch launch = Launch.open(host, options)) {
      connectOwner(launch);
      Optional<ServedTool> found = launch.registry().asToolSet().find(name);
      if (found.isEmpty()) {
        host.tell(unknown(launch));
        return Cleat.USAGE;
      }
      Tool tool = found.get().tool();
      Map<String, Object> arguments = ArgumentValues.of(tool.inputSchema(), json, words);
      PersonListener person = new PersonListener(host, allowed.yes());
      Optional<String> refusal = refusal(tool, person);
      if (refusal.isPresent()) {
        host.tell(refusal.get());
        return Cleat.FAILED;
      }
      ToolResult result =
          launch.registry().callTool(ToolCall.of(name, arguments).withListener(person));
      person.finished();
      return interruption.happened() ? cancelled() : print(result);
    }
  }

  /** Connects the one server whose tool it is, if it is an upstream's. */
  private void connectOwner(Launch launch) {
    ToolName.parse(name)
        .flatMap(qualified -> launch.upstreams().named(qualified.namespace().value()))
        .ifPresent(launch.upstreams()::connect);
  }

  private String unknown(Launch launch) {
    List<String> names = launch.registry().tools().stream().map(Tool::name).toList();
    return "There is no tool \""
        + Text.shown(name)
        + "\"."
        + Text.didYouMean(name, names)
        + " cleat tools lists what there is.";
  }

  /** Why it is not called: a switch is missing, or nobody consents to what it may destroy. */
  private Optional<String> refusal(Tool tool, PersonListener person) {
    Access needed = Access.neededBy(tool.hints());
    if (!allowed.access().allows(tool.hints())) {
      return Optional.of(
          needed == Access.WRITE
              ? name + " changes things. Add --allow-write to call it."
              : name + " can destroy things. Add --allow-destructive to call it.");
    }
    if (needed != Access.DESTRUCTIVE || allowed.yes()) {
      return Optional.empty();
    }
    if (!host.terminals().in() || !host.terminals().err()) {
      return Optional.of(
          name + " can destroy things, and there is no terminal to ask at. Add --yes to consent.");
    }
    // Tools of providers ask by themselves, and can say what is at stake; those of others cannot.
    boolean asksItself = ToolName.parse(name).isEmpty();
    return asksItself || person.confirm(name + " can destroy things. Call it?") == Answer.ACCEPTED
        ? Optional.empty()
        : Optional.of(name + " was not called.");
  }

  private int cancelled() {
    host.tell(name + " was cancelled.");
    return Cleat.FAILED;
  }

  private int print(ToolResult result) {
    if (result instanceof ToolResult.Failure failure) {
      host.tell(Ink.safe(failure.message()));
      if (!failure.hint().isEmpty()) {
        host.err().println(Ink.safe(failure.hint()));
      }
      return Cleat.FAILED;
    }
    Optional<Object> structured = ((ToolResult.Success) result).structured();
    String text = structured.map(Json::printPretty).orElseGet(() -> inWords(result.content()));
    host.out().println(host.terminals().out() ? Ink.safe(text) : text);
    return 0;
  }

  /** What cannot be shown as text is named. */
  private static String inWords(List<Content> content) {
    return content.stream()
        .map(block -> block.asText().orElseGet(() -> nameOf(block)))
        .collect(Collectors.joining("\n"));
  }

  private static String nameOf(Content block) {
    if (block instanceof Content.Image image) {
      return "[image, " + image.mimeType() + "]";
    } else if (block instanceof Content.Audio audio) {
      return "[audio, " + audio.mimeType() + "]";
    }
    return block instanceof Content.Other other ? Json.printPretty(other.json()) : "";
  }
}

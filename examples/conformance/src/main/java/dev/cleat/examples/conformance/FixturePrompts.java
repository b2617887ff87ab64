// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.Completer;
import dev.cleat.Content;
import dev.cleat.InputRequest.Form;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.PromptResult.Message;
import dev.cleat.ServedPrompt;
import java.util.List;
import java.util.Map;

/** Prompts of each kind of content, and one that asks. */
final class FixturePrompts {
  private FixturePrompts() {}

  record Context(String context) {}

  static List<ServedPrompt> all() {
    return List.of(
        Prompt.named("test_simple_prompt")
            .says("Takes no arguments.")
            .gives((given, context) -> PromptResult.text("This is a simple prompt for testing.")),
        Prompt.named("test_prompt_with_arguments")
            .says("Says its arguments.")
            .requires("arg1", "First test argument")
            .requires("arg2", "Second test argument")
            .completes("arg1", Completer.of(List.of("test", "testing", "other")))
            .completes("arg2", Completer.of(List.of("test", "testing", "other")))
            .gives((given, context) -> PromptResult.text(arguments(given))),
        Prompt.named("test_prompt_with_embedded_resource")
            .says("Includes the contents of a resource.")
            .requires("resourceUri", "URI of the resource to embed")
            .gives(
                (given, context) ->
                    user(
                        ContentTools.embedded(
                            given.getOrDefault("resourceUri", ""),
                            "text/plain",
                            "Embedded resource content for testing."),
                        Samples.text("Please process the embedded resource above."))),
        Prompt.named("test_prompt_with_image")
            .says("Includes a picture.")
            .gives(
                (given, context) ->
                    user(Samples.picture(), Samples.text("Please analyze the image above."))),
        Prompt.named("test_input_required_result_prompt")
            .says("Asks for its context.")
            .gives(
                (given, context) -> {
                  Form form = Form.of("What context should the prompt use?", Context.class);
                  String answer = RoundTools.text(RoundTools.one(context, "user_context", form));
                  return PromptResult.text("Use this context: " + answer);
                }));
  }

  private static String arguments(Map<String, String> given) {
    return "Prompt with arguments: arg1='"
        + given.get("arg1")
        + "', arg2='"
        + given.get("arg2")
        + "'";
  }

  private static PromptResult user(Content... blocks) {
    return PromptResult.of(List.of(blocks).stream().map(Message::user).toArray(Message[]::new));
  }
}

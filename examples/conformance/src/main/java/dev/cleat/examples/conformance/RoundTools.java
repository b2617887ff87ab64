// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static dev.cleat.examples.conformance.Samples.tool;

import dev.cleat.InputRequest;
import dev.cleat.InputRequest.Form;
import dev.cleat.InputRequest.Sampling;
import dev.cleat.InputResponse;
import dev.cleat.InputResponse.Elicited;
import dev.cleat.InputResponse.Roots;
import dev.cleat.InputResponse.Sampled;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.examples.conformance.Samples.None;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tools that ask under keys that the conformance suite knows. Made for the stateless era, where a
 * question ends a round of the call; they work in the older one just as well.
 */
final class RoundTools {
  private static final int MAX_TOKENS = 100;
  private static final String PREFIX = "test_input_required_result_";

  private static final Form USER_NAME = Form.of("What is your name?", Named.class);
  private static final Form CONFIRM = Form.of("Please confirm", Confirmed.class);

  private RoundTools() {}

  record Named(String name) {}

  record Colored(String color) {}

  record Confirmed(boolean ok) {}

  static List<ServedTool> all() {
    return List.of(
        asking("elicitation", "Asks for a name.", call -> "Hello, " + name(call) + "!"),
        asking(
            "sampling",
            "Has the client's model answer.",
            call ->
                text(
                    one(
                        call,
                        "capital_question",
                        Sampling.of("What is the capital of France?", MAX_TOKENS)))),
        asking(
            "list_roots",
            "Asks where the user works.",
            call -> text(one(call, "client_roots", new InputRequest.Roots()))),
        asking("request_state", "Asks, and knows its own state again.", RoundTools::confirmed),
        asking("tampered_state", "Asks, and knows a foreign state.", RoundTools::confirmed),
        asking("multiple_inputs", "Asks three things at once.", RoundTools::three),
        asking("multi_round", "Asks one thing after the other.", RoundTools::inTurn),
        asking("capabilities", "Asks for all that the client declares.", RoundTools::allowed));
  }

  /** What a tool does with the client until it has a text to answer. */
  private interface Conversation {
    String with(RequestContext call);
  }

  private static ServedTool asking(String name, String description, Conversation conversation) {
    return tool(PREFIX + name, description)
        .handles(None.class, (none, call) -> ToolResult.text(conversation.with(call)));
  }

  private static String name(RequestContext call) {
    return text(one(call, "user_name", USER_NAME));
  }

  private static String confirmed(RequestContext call) {
    one(call, "confirm", CONFIRM);
    return "state-ok";
  }

  private static String three(RequestContext call) {
    Map<String, InputRequest> questions = new LinkedHashMap<>();
    questions.put("user_name", USER_NAME);
    questions.put("greeting", Sampling.of("Generate a greeting", MAX_TOKENS));
    questions.put("client_roots", new InputRequest.Roots());
    return texts(call.askAll(questions));
  }

  private static String inTurn(RequestContext call) {
    String name = text(one(call, "step1", Form.of("Step 1: What is your name?", Named.class)));
    Form second = Form.of("Step 2: What is your favorite color?", Colored.class);
    return name + " likes " + text(one(call, "step2", second));
  }

  private static String allowed(RequestContext call) {
    Map<String, InputRequest> questions = new LinkedHashMap<>();
    questions.put("user_name", USER_NAME);
    questions.put("capital_question", Sampling.of("What is the capital of France?", MAX_TOKENS));
    questions.put("client_roots", new InputRequest.Roots());
    questions.values().removeIf(question -> !call.capabilities().canAnswer(question));
    return questions.isEmpty() ? "Nothing to ask" : texts(call.askAll(questions));
  }

  static InputResponse one(RequestContext call, String key, InputRequest question) {
    return Optional.ofNullable(call.askAll(Map.of(key, question)).get(key)).orElseThrow();
  }

  private static String texts(Map<String, InputResponse> answers) {
    return String.join(", ", answers.values().stream().map(RoundTools::text).toList());
  }

  /** What was answered, in a few words. */
  static String text(InputResponse answer) {
    if (answer instanceof Elicited form) {
      return String.join(", ", form.content().values().stream().map(String::valueOf).toList());
    } else if (answer instanceof Sampled message) {
      return message.text().orElse("");
    }
    return String.join(", ", ((Roots) answer).roots().stream().map(root -> root.uri()).toList());
  }
}

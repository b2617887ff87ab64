// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static dev.cleat.examples.conformance.Samples.tool;

import dev.cleat.Doc;
import dev.cleat.InputRequest.Form;
import dev.cleat.InputRequest.Sampling;
import dev.cleat.InputResponse.Elicited;
import dev.cleat.Json;
import dev.cleat.RequestContext;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.examples.conformance.Samples.None;
import java.util.List;
import java.util.Locale;

/** Tools that ask the client's user or model one thing, under no key in particular. */
final class AskingTools {
  private static final int MAX_TOKENS = 100;

  private static final Schema USER =
      Samples.schema(
          """
          {
            "type": "object",
            "properties": {
              "username": {"type": "string", "description": "User's response"},
              "email": {"type": "string", "description": "User's email address"}
            },
            "required": ["username", "email"]
          }
          """);

  private static final Schema WITH_DEFAULTS =
      Samples.schema(
          """
          {
            "type": "object",
            "properties": {
              "name": {"type": "string", "description": "User name", "default": "John Doe"},
              "age": {"type": "integer", "description": "User age", "default": 30},
              "score": {"type": "number", "description": "User score", "default": 95.5},
              "status": {
                "type": "string",
                "description": "User status",
                "enum": ["active", "inactive", "pending"],
                "default": "active"
              },
              "verified": {
                "type": "boolean", "description": "Verification status", "default": true
              }
            },
            "required": []
          }
          """);

  private static final Schema WITH_CHOICES =
      Samples.schema(
          """
          {
            "type": "object",
            "properties": {
              "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
              "titledSingle": {
                "type": "string",
                "oneOf": [
                  {"const": "value1", "title": "First Option"},
                  {"const": "value2", "title": "Second Option"},
                  {"const": "value3", "title": "Third Option"}
                ]
              },
              "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"]
              },
              "untitledMulti": {
                "type": "array",
                "items": {"type": "string", "enum": ["option1", "option2", "option3"]}
              },
              "titledMulti": {
                "type": "array",
                "items": {
                  "anyOf": [
                    {"const": "value1", "title": "First Choice"},
                    {"const": "value2", "title": "Second Choice"},
                    {"const": "value3", "title": "Third Choice"}
                  ]
                }
              }
            },
            "required": []
          }
          """);

  private AskingTools() {}

  record Prompt(@Doc("What to ask the model.") String prompt) {}

  record Question(@Doc("What to ask the user.") String message) {}

  static List<ServedTool> all() {
    return List.of(
        tool("test_sampling", "Has the client's model answer.")
            .handles(Prompt.class, (ask, call) -> sampled(call, ask.prompt())),
        tool("test_missing_capability", "Needs a client that has a model.")
            .handles(None.class, (none, call) -> sampled(call, "Say hello.")),
        tool("test_elicitation", "Has the user fill in a form.")
            .handles(
                Question.class,
                (ask, call) -> filledIn("User response", call, new Form(ask.message(), USER))),
        tool("test_streaming_elicitation", "Has the user fill in a form, in the middle of a call.")
            .handles(
                None.class,
                (none, call) -> filledIn("User response", call, new Form("Who are you?", USER))),
        tool("test_elicitation_sep1034_defaults", "Asks with a form that is filled in beforehand.")
            .handles(
                None.class,
                (none, call) ->
                    filledIn(
                        "Elicitation completed",
                        call,
                        new Form("Please review the form.", WITH_DEFAULTS))),
        tool("test_elicitation_sep1330_enums", "Asks with a form of choices of each kind.")
            .handles(
                None.class,
                (none, call) ->
                    filledIn(
                        "Elicitation completed", call, new Form("Please choose.", WITH_CHOICES))));
  }

  private static ToolResult sampled(RequestContext call, String prompt) {
    return ToolResult.text(
        "LLM response: "
            + call.sample(Sampling.of(prompt, MAX_TOKENS)).text().orElse("No response"));
  }

  private static ToolResult filledIn(String what, RequestContext call, Form form) {
    Elicited answer = call.elicit(form);
    return ToolResult.text(
        what
            + ": action="
            + answer.action().name().toLowerCase(Locale.ROOT)
            + ", content="
            + Json.print(answer.content()));
  }
}

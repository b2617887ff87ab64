// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ClientCapabilities;
import dev.cleat.ClientFeatures;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.ToolFailure;
import java.util.LinkedHashMap;
import java.util.Map;

/** Has a client's features answer what a server asks. */
final class Answers {
  private Answers() {}

  /** What one of the two can be asked for. */
  static ClientCapabilities either(ClientCapabilities a, ClientCapabilities b) {
    return new ClientCapabilities(
        a.elicitForm() || b.elicitForm(),
        a.elicitUrl() || b.elicitUrl(),
        a.sampling() || b.sampling(),
        a.samplingTools() || b.samplingTools(),
        a.samplingContext() || b.samplingContext(),
        a.roots() || b.roots());
  }

  /**
   * The answer, with the defaults of a form filled in.
   *
   * @throws ToolFailure instead of an answer, also when it is none to this question
   */
  static InputResponse answer(ClientFeatures features, InputRequest request) {
    InputResponse response = features.answer(request);
    if (!fits(request, response)) {
      throw new ToolFailure(
          FailureKind.INTERNAL,
          "This client answered " + InputJson.method(request) + " with something else.",
          "It is a fault of the application that answers.");
    }
    return request instanceof InputRequest.Form form
            && response instanceof InputResponse.Elicited elicited
            && elicited.isAccepted()
        ? InputResponse.Elicited.accepted(withDefaults(form, elicited.content()))
        : response;
  }

  private static boolean fits(InputRequest request, InputResponse response) {
    if (request instanceof InputRequest.Sampling) {
      return response instanceof InputResponse.Sampled;
    } else if (request instanceof InputRequest.Roots) {
      return response instanceof InputResponse.Roots;
    }
    return response instanceof InputResponse.Elicited;
  }

  /** What was filled in, and for each field that was left out its default. */
  private static Map<String, Object> withDefaults(
      InputRequest.Form form, Map<String, Object> content) {
    Map<String, Object> filled = new LinkedHashMap<>(content);
    Wire.object(form.schema().json().get("properties"))
        .orElse(Map.of())
        .forEach(
            (name, property) ->
                Wire.object(property)
                    .map(schema -> schema.get("default"))
                    .ifPresent(value -> filled.putIfAbsent(name, value)));
    return filled;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The questions of one request of the stateless era, over all its rounds: a handler that asks is
 * unwound, and runs again once the client has repeated the request with the answer.
 *
 * <p>An answer counts for the very question that was asked and for no other, even when the handler
 * asks something else the next time. Thread-safe.
 */
final class Rounds {
  private final RequestState sealing;
  private final String request;
  private final String principal;

  // What is answered, by the fingerprint of the question.
  private final Map<String, Object> answers = new HashMap<>();

  // How often a question has been asked in this run: the same question twice is two questions.
  private final Map<String, Integer> repeated = new HashMap<>();

  /**
   * Takes what came with the request.
   *
   * @throws dev.cleat.McpException.Protocol when the state is not ours
   */
  Rounds(RequestState sealing, String method, Map<String, Object> params, String principal) {
    this.sealing = sealing;
    this.principal = principal;
    Object state = params.get(Wire.REQUEST_STATE);
    // Without a state no question was asked, and a response to none says nothing.
    if (state == null) {
      request = "";
      return;
    }
    request = RequestState.requestOf(method, params);
    RequestState.Content content = sealing.open(String.valueOf(state), request, principal);
    answers.putAll(content.answers());
    Map<String, Object> responses = Wire.object(params.get(Wire.INPUT_RESPONSES)).orElse(Map.of());
    content
        .asked()
        .forEach(
            (key, question) ->
                Wire.object(responses.get(key))
                    .ifPresent(response -> answers.put(String.valueOf(question), response)));
  }

  /**
   * The answers to these questions.
   *
   * @param params the parameters of the request, for the state that goes with new questions
   * @throws InputRequired when one of them is not answered yet
   */
  synchronized Map<String, InputResponse> ask(
      Map<String, InputRequest> questions,
      String revision,
      String method,
      Map<String, Object> params) {
    Map<String, InputResponse> known = new LinkedHashMap<>();
    Map<String, Object> open = new LinkedHashMap<>();
    Map<String, Object> asked = new LinkedHashMap<>();
    questions.forEach(
        (key, question) -> {
          Map<String, Object> json = Wire.object("method", InputJson.method(question));
          json.put("params", InputJson.params(question, revision));
          String print = fingerprint(json);
          Optional<InputResponse> answer =
              Wire.object(answers.get(print))
                  .flatMap(response -> InputJson.readResponse(question, response));
          if (answer.isPresent()) {
            known.put(key, answer.get());
          } else {
            open.put(key, json);
            asked.put(key, print);
          }
        });
    if (open.isEmpty()) {
      return known;
    }
    String belongsTo = request.isEmpty() ? RequestState.requestOf(method, params) : request;
    throw new InputRequired(
        open, sealing.seal(new RequestState.Content(asked, answers), belongsTo, principal));
  }

  private String fingerprint(Map<String, Object> question) {
    String print = RequestState.fingerprint(question);
    int before = repeated.merge(print, 1, Integer::sum) - 1;
    return before == 0 ? print : print + "#" + before;
  }
}

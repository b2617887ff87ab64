// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running handler of a tool, a prompt or a resource can ask of the one who called it. It
 * means the same in both eras of the protocol, and for calls inside the process.
 *
 * <p><b>Questions.</b> Ask before the first side effect: for a caller of the stateless era the
 * handler ends with the question, and runs from its start again once the answer is there. Whoever
 * asks what the client has not declared ({@link #capabilities}) ends the call with an error that
 * says so.
 *
 * <p><b>Threads.</b> Any thread may use it while the call runs; afterwards it does nothing. Let
 * what a question throws pass through.
 */
public interface RequestContext {
  /** True once nobody waits for the answer any more. The handler's thread is interrupted too. */
  boolean cancelled();

  /** When the caller stops waiting, if it said so. */
  default Optional<Instant> deadline() {
    return Optional.empty();
  }

  /**
   * Tells how far the work is. Nothing happens when the caller did not ask for progress.
   *
   * @param done rises from call to call
   * @param total what {@code done} works towards; 0 or less when unknown
   * @param message what is being done
   */
  void progress(double done, double total, String message);

  /**
   * Tells the client's log. Nothing happens when the client did not ask for messages of that level.
   * Never secrets.
   *
   * @param data a JSON value, such as a text
   */
  default void log(LogLevel level, Object data) {}

  /**
   * Has a client over HTTP come back for the answer, instead of keeping a connection open for a
   * call that takes long. Only revision 2025-11-25 knows that; otherwise nothing happens.
   */
  default void pause() {}

  /**
   * Connects what is called behind this handler with the caller in front of it: progress, log and
   * questions pass through. To be asked for, and given to the call behind, in the handler's thread.
   */
  default CallListener asListener() {
    return CallListener.NONE;
  }

  /** What the client can be asked for during this call. */
  default ClientCapabilities capabilities() {
    return ClientCapabilities.NONE;
  }

  /** Asks the client, and waits for the answer. */
  default InputResponse ask(InputRequest request) {
    throw new ToolFailure(FailureKind.UNSUPPORTED, "There is nobody here to be asked.", "");
  }

  /**
   * Asks the client for several things at once.
   *
   * @param requests by keys of the handler's choice
   * @return the answers by the same keys
   */
  default Map<String, InputResponse> askAll(Map<String, InputRequest> requests) {
    Map<String, InputResponse> answers = new LinkedHashMap<>();
    requests.forEach((key, request) -> answers.put(key, ask(request)));
    return answers;
  }

  /**
   * Has the user fill in a form.
   *
   * @param message what is asked and why
   * @param form a record of strings, numbers, booleans and enums
   * @return what was filled in; empty when the user did not want to
   */
  default <T extends Record> Optional<T> elicit(String message, Class<T> form) {
    InputResponse.Elicited answer = elicit(InputRequest.Form.of(message, form));
    return answer.isAccepted()
        ? Optional.of(RecordType.of(form).fromResult(Optional.of(answer.content())))
        : Optional.empty();
  }

  /** Has the user fill in a form of any schema. */
  default InputResponse.Elicited elicit(InputRequest.Form form) {
    return (InputResponse.Elicited) ask(form);
  }

  /** Sends the user to a URL. */
  default InputResponse.Elicited elicit(InputRequest.Url url) {
    return (InputResponse.Elicited) ask(url);
  }

  /** Has the client's model write a message. */
  default InputResponse.Sampled sample(InputRequest.Sampling request) {
    return (InputResponse.Sampled) ask(request);
  }

  /** The places the user works in. */
  default List<Root> roots() {
    return ((InputResponse.Roots) ask(new InputRequest.Roots())).roots();
  }

  /**
   * Asks the user, and returns only when the answer was yes.
   *
   * @param question names the object and what it costs
   * @throws ToolFailure {@link FailureKind#DECLINED} when the user said no, or cannot be asked
   */
  void confirm(String question);
}

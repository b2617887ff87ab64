// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.LogLevel;
import dev.cleat.Root;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers all that a server can ask, and keeps what was asked and logged. */
final class Person implements CallListener {
  static final ClientCapabilities EVERYTHING =
      new ClientCapabilities(true, true, true, false, false, true);

  private final List<InputRequest> asked = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Object> logged = new LinkedBlockingQueue<>(1_000);
  private final InputResponse.Elicited formAnswer;

  private Person(InputResponse.Elicited formAnswer) {
    this.formAnswer = formAnswer;
  }

  /** Fills in forms with that. */
  static Person filling(Map<String, Object> content) {
    return new Person(InputResponse.Elicited.accepted(content));
  }

  /** Says no to forms. */
  static Person declining() {
    return new Person(InputResponse.Elicited.DECLINED);
  }

  @Override
  public ClientCapabilities capabilities() {
    return EVERYTHING;
  }

  @Override
  public InputResponse answer(InputRequest request) {
    asked.add(request);
    if (request instanceof InputRequest.Form) {
      return formAnswer;
    } else if (request instanceof InputRequest.Url) {
      return InputResponse.Elicited.accepted(Map.of());
    } else if (request instanceof InputRequest.Sampling) {
      return new InputResponse.Sampled(
          Map.of(
              "role", "assistant",
              "model", "none",
              "content", Map.of("type", "text", "text", "It was written by hand.")));
    }
    return new InputResponse.Roots(List.of(new Root("file:///tmp/cleat", Optional.of("work"))));
  }

  @Override
  public Optional<LogLevel> wantsLog() {
    return Optional.of(LogLevel.DEBUG);
  }

  @Override
  public void log(LogLevel level, String logger, Object data) {
    logged.offer(data);
  }

  /** What was asked so far, in its order. */
  List<InputRequest> asked() {
    return List.copyOf(asked);
  }

  /** Waits for the next thing that was logged. */
  Object awaitLog() throws InterruptedException {
    Object next = logged.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("Nothing is logged");
    }
    return next;
  }
}

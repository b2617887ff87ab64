// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.LogLevel;
import dev.cleat.Root;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers everything, and remembers what it was told. */
final class Guest implements CallListener {
  final Heard<String> progress = new Heard<>();
  final Heard<String> log = new Heard<>();
  final Heard<InputRequest> questions = new Heard<>();
  private final boolean agrees;

  Guest(boolean agrees) {
    this.agrees = agrees;
  }

  @Override
  public ClientCapabilities capabilities() {
    return new ClientCapabilities(true, true, true, false, false, true);
  }

  @Override
  public InputResponse answer(InputRequest request) {
    questions.add(request);
    if (request instanceof InputRequest.Sampling) {
      return new InputResponse.Sampled(
          Map.of(
              "role", "assistant",
              "content", Map.of("type", "text", "text", "I thought."),
              "model", "a guest"));
    } else if (request instanceof InputRequest.Roots) {
      return new InputResponse.Roots(List.of(new Root("file:///home/guest", Optional.of("home"))));
    }
    return agrees
        ? InputResponse.Elicited.accepted(Map.of("name", "Ada"))
        : InputResponse.Elicited.DECLINED;
  }

  @Override
  public boolean wantsProgress() {
    return true;
  }

  @Override
  public void progress(double done, double total, String message) {
    progress.add(done + "/" + total + " " + message);
  }

  @Override
  public Optional<LogLevel> wantsLog() {
    return Optional.of(LogLevel.DEBUG);
  }

  @Override
  public void log(LogLevel level, String logger, Object data) {
    log.add(level + " " + data);
  }
}

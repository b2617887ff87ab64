// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.LogLevel;
import dev.cleat.RequestContext;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What the caller of a handler of this process listens to and answers, seen from the handler. */
final class LocalContext implements RequestContext {
  private final CallListener listener;
  private final Optional<Instant> deadline;

  private final BooleanSupplier cancelled;

  /** Of a handler that runs in its caller's thread. */
  LocalContext(CallListener listener, Optional<Duration> timeout) {
    this(listener, timeout, () -> Thread.currentThread().isInterrupted());
  }

  /**
   * Of any other one.
   *
   * @param cancelled whether the caller has given up
   */
  LocalContext(CallListener listener, Optional<Duration> timeout, BooleanSupplier cancelled) {
    this.listener = listener;
    this.cancelled = cancelled;
    deadline = timeout.map(limit -> Instant.now().plus(limit));
  }

  @Override
  public boolean cancelled() {
    return listener.cancelled() || cancelled.getAsBoolean();
  }

  @Override
  public Optional<Instant> deadline() {
    return deadline;
  }

  @Override
  public void progress(double done, double total, String message) {
    listener.progress(done, total, message);
  }

  @Override
  public void log(LogLevel level, Object data) {
    if (listener.wantsLog().filter(least -> level.compareTo(least) >= 0).isPresent()) {
      listener.log(level, "", data);
    }
  }

  @Override
  public CallListener asListener() {
    return listener;
  }

  @Override
  public ClientCapabilities capabilities() {
    return listener.capabilities();
  }

  @Override
  public InputResponse ask(InputRequest request) {
    if (!listener.capabilities().canAnswer(request)) {
      throw new ToolFailure(
          FailureKind.UNSUPPORTED,
          "This needs "
              + InputJson.method(request)
              + (request instanceof InputRequest.Url ? " with URLs" : "")
              + ", and this caller has not declared that it can do that.",
          "Call it with a listener that can.");
    }
    return Answers.answer(listener, request);
  }

  @Override
  public void confirm(String question) {
    switch (listener.confirm(question)) {
      case ACCEPTED:
        return;
      case DECLINED:
        throw new ToolFailure(
            FailureKind.DECLINED, "The user did not agree. The question was: " + question, "");
      default:
        throw new ToolFailure(
            FailureKind.DECLINED,
            "This needs the user's consent, and there is nobody to ask: " + question,
            "Consent beforehand with --yes, or call it where a person can answer.");
    }
  }
}

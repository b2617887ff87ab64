// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.RequestContext;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler can ask of a client at the other end of a connection, in either era. */
final class ServerContext implements RequestContext {
  private final ServerSession session;
  private final RunningCall running;
  private final Object requestId;
  private final String method;
  private final Map<String, Object> params;
  private final Asker asker;
  private final Optional<Rounds> rounds;
  private final @Nullable Object progressToken;
  private double lastProgress = Double.NEGATIVE_INFINITY;

  /**
   * @param rounds of questions, when the request is of the stateless era
   */
  ServerContext(
      ServerSession session,
      RunningCall running,
      Message.Request request,
      Asker asker,
      Optional<Rounds> rounds) {
    this.session = session;
    this.running = running;
    this.asker = asker;
    this.rounds = rounds;
    requestId = request.id();
    method = request.method();
    params = request.params();
    Object token = Wire.meta(params).get(Wire.PROGRESS_TOKEN);
    progressToken = token instanceof String || token instanceof Long ? token : null;
  }

  @Override
  public boolean cancelled() {
    return running.cancelled();
  }

  @Override
  public synchronized void progress(double done, double total, String message) {
    // The protocol wants rising numbers; one that does not rise would make clients fail.
    if (progressToken == null || running.over() || done <= lastProgress) {
      return;
    }
    lastProgress = done;
    Map<String, Object> progress = Wire.object("progressToken", progressToken);
    progress.put("progress", done);
    if (total > 0) {
      progress.put("total", total);
    }
    if (!message.isEmpty()
        && ProtocolVersion.atLeast(asker.revision(), ProtocolVersion.ANNOTATED)) {
      progress.put("message", message);
    }
    session.replies().tell(Wire.PROGRESS, progress, requestId);
  }

  @Override
  public void log(LogLevel level, Object data) {
    log(level, "", data);
  }

  private void log(LogLevel level, String logger, Object data) {
    if (running.over() || asker.logLevel().filter(least -> level.compareTo(least) >= 0).isEmpty()) {
      return;
    }
    Map<String, Object> message = Wire.object("level", level.wireName());
    if (!logger.isEmpty()) {
      message.put("logger", logger);
    }
    message.put("data", data);
    session.replies().tell(Wire.LOG_MESSAGE, message, requestId);
  }

  @Override
  public ClientCapabilities capabilities() {
    return asker.capabilities();
  }

  @Override
  public InputResponse ask(InputRequest request) {
    InputResponse answer = askAll(Map.of("question", request)).get("question");
    if (answer == null) {
      throw new IllegalStateException("A question was neither answered nor refused");
    }
    return answer;
  }

  @Override
  public Map<String, InputResponse> askAll(Map<String, InputRequest> requests) {
    requests.values().forEach(this::mustBeDeclared);
    if (rounds.isPresent()) {
      return rounds.get().ask(requests, asker.revision(), method, params);
    }
    Map<String, InputResponse> answers = new LinkedHashMap<>();
    requests.forEach((key, request) -> answers.put(key, askNow(request)));
    return answers;
  }

  private InputResponse askNow(InputRequest request) {
    String question = InputJson.method(request);
    try {
      return InputJson.readResponse(
              request,
              session.ask(question, InputJson.params(request, asker.revision()), requestId))
          .orElseThrow(
              () ->
                  new ToolFailure(
                      FailureKind.UPSTREAM,
                      "The client's answer to " + question + " is none that the protocol knows.",
                      ""));
    } catch (McpException.Cancelled cancelled) {
      throw cancelled;
    } catch (McpException e) {
      throw new ToolFailure(
              FailureKind.UPSTREAM,
              "The client did not answer " + question + ": " + e.getMessage(),
              "")
          .causedBy(e);
    }
  }

  /** A server must not ask for what a client has not declared; the newer era has a code for it. */
  private void mustBeDeclared(InputRequest request) {
    if (asker.capabilities().canAnswer(request)) {
      return;
    }
    String missing =
        "This needs "
            + InputJson.method(request)
            + (request instanceof InputRequest.Url ? " with URLs" : "")
            + ", and this client has not declared that it can do that.";
    if (asker.isStateless()) {
      throw new McpException.Protocol(
          Protocol.MISSING_CAPABILITY,
          missing,
          Optional.of(Map.of("requiredCapabilities", InputJson.neededFor(request))));
    }
    throw new ToolFailure(FailureKind.UNSUPPORTED, missing, "Use a client that can.");
  }

  @Override
  public void pause() {
    if (!running.over()) {
      session.pause(requestId);
    }
  }

  @Override
  public void confirm(String question) {
    if (session.assumesYes()) {
      return;
    }
    InputRequest.Form form = InputRequest.Form.question(question);
    if (!asker.capabilities().canAnswer(form)) {
      throw new ToolFailure(
          FailureKind.DECLINED,
          "This needs the user's consent, and this client cannot ask for it.",
          "Use a client with elicitation, or restart the server with --yes to consent beforehand.");
    }
    boolean accepted;
    try {
      accepted = elicit(form).isAccepted();
    } catch (ToolFailure e) {
      throw new ToolFailure(
              FailureKind.DECLINED, "The user could not be asked: " + e.getMessage(), "")
          .causedBy(e);
    }
    if (!accepted) {
      throw new ToolFailure(
          FailureKind.DECLINED, "The user did not agree. The question was: " + question, "");
    }
  }

  @Override
  public CallListener asListener() {
    return new Forwarding();
  }

  private final class Forwarding implements CallListener {
    @Override
    public boolean wantsProgress() {
      return progressToken != null;
    }

    @Override
    public void progress(double done, double total, String message) {
      ServerContext.this.progress(done, total, message);
    }

    @Override
    public Optional<LogLevel> wantsLog() {
      return asker.logLevel();
    }

    @Override
    public void log(LogLevel level, String logger, Object data) {
      ServerContext.this.log(level, logger, data);
    }

    @Override
    public boolean cancelled() {
      return ServerContext.this.cancelled();
    }

    @Override
    public ClientCapabilities capabilities() {
      return asker.capabilities();
    }

    @Override
    public InputResponse answer(InputRequest request) {
      return ask(request);
    }

    @Override
    public Answer confirm(String question) {
      // What it throws says why there is no yes, and ends the tool's call with that.
      ServerContext.this.confirm(question);
      return Answer.ACCEPTED;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.ToolContext;
import dev.cleat.ToolFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler can ask of a client at the other end of a connection, in either era. */
final class ServerCallContext implements ToolContext {
  /** The elicitation schema of a plain question: nothing to fill in, only yes or no. */
  private static final Map<String, Object> NO_FIELDS =
      Map.of("type", "object", "properties", Map.of());

  private final ServerSession session;
  private final RunningCall running;
  private final Map<String, Object> params;
  private final String revision;
  private final Optional<Map<String, Object>> statelessCapabilities;
  private final @Nullable Object progressToken;
  private double lastProgress = Double.NEGATIVE_INFINITY;

  ServerCallContext(
      ServerSession session,
      RunningCall running,
      Map<String, Object> params,
      ServerDispatch.Prepared prepared) {
    this.session = session;
    this.running = running;
    this.params = params;
    revision = prepared.revision();
    statelessCapabilities = prepared.statelessCapabilities();
    Object token =
        ToolJson.object(params.get(Wire.META)).map(m -> m.get(Wire.PROGRESS_TOKEN)).orElse(null);
    progressToken = token instanceof String || token instanceof Long ? token : null;
  }

  boolean wantsProgress() {
    return progressToken != null;
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
    Map<String, Object> progress = new LinkedHashMap<>();
    progress.put("progressToken", progressToken);
    progress.put("progress", done);
    if (total > 0) {
      progress.put("total", total);
    }
    if (!message.isEmpty() && ProtocolVersion.atLeast(revision, ProtocolVersion.ANNOTATED)) {
      progress.put("message", message);
    }
    session.notifyPeer(Wire.PROGRESS, progress);
  }

  @Override
  public void confirm(String question) {
    if (session.assumesYes()) {
      return;
    }
    Map<String, Object> ask = new LinkedHashMap<>();
    ask.put("message", question);
    ask.put("requestedSchema", NO_FIELDS);
    Object action =
        statelessCapabilities.isPresent()
            ? confirmInNextRequest(ask, statelessCapabilities.get())
            : confirmNow(ask);
    if (!"accept".equals(action)) {
      throw new ToolFailure(
          FailureKind.DECLINED, "The user did not agree. The question was: " + question, "");
    }
  }

  private @Nullable Object confirmNow(Map<String, Object> ask) {
    if (!session.clientCanElicit()) {
      throw cannotAsk();
    }
    try {
      return session.ask(Wire.ELICIT, ask).get("action");
    } catch (McpException e) {
      throw new ToolFailure(
              FailureKind.DECLINED, "The user could not be asked: " + e.getMessage(), "")
          .causedBy(e);
    }
  }

  /**
   * The answer is looked up under a key made of the question, so that a yes counts for the very
   * question that was asked and for no other.
   */
  private @Nullable Object confirmInNextRequest(
      Map<String, Object> ask, Map<String, Object> capabilities) {
    if (!ServerDispatch.canElicit(capabilities)) {
      throw cannotAsk();
    }
    String key = "confirm-" + Integer.toHexString(ask.hashCode());
    Optional<Map<String, Object>> answer =
        ToolJson.object(params.get("inputResponses"))
            .flatMap(responses -> ToolJson.object(responses.get(key)));
    if (answer.isPresent()) {
      return answer.get().get("action");
    }
    ask.put("mode", "form");
    throw new InputRequired(Map.of(key, Map.of("method", Wire.ELICIT, "params", ask)));
  }

  private static ToolFailure cannotAsk() {
    return new ToolFailure(
        FailureKind.DECLINED,
        "This needs the user's consent, and this client cannot ask for it.",
        "Use a client with elicitation, or restart the server with --yes to consent beforehand.");
  }
}

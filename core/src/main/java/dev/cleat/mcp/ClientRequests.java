// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.ClientFeatures;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.Text;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of one client, in the words of the era that was agreed on, and answers what a
 * server of the newer era asks between them. Thread-safe.
 */
final class ClientRequests {
  /** More rounds of questions than any conversation needs: such a server asks in circles. */
  private static final int MAX_ROUNDS = 16;

  private static final String COMPLETE = "complete";
  private static final String INPUT_REQUIRED = "input_required";

  private final PendingRequests pending;
  private final ClientCalls calls;
  private final ServerQuestions questions;
  private final McpClientBuilder settings;

  private final Deadlines deadlines;

  // The lowest level of log messages that a server of the older era was asked for.
  private final AtomicReference<@Nullable LogLevel> logLevel = new AtomicReference<>();

  // Replaced once, when the client is connected.
  private volatile Agreement agreement = Agreement.NONE;

  ClientRequests(
      PendingRequests pending,
      ClientCalls calls,
      ServerQuestions questions,
      McpClientBuilder settings) {
    this.pending = pending;
    this.calls = calls;
    this.questions = questions;
    this.settings = settings;
    deadlines = new Deadlines(settings.timer, pending::endOverdue);
  }

  Agreement agreement() {
    return agreement;
  }

  void agreed(Agreement newAgreement) {
    agreement = newAgreement;
  }

  Map<String, Object> clientInfo() {
    Map<String, Object> info = Wire.object("name", settings.name);
    info.put("version", settings.version);
    return info;
  }

  /** A request that is part of connecting: it says itself what it needs, and is not cancelled. */
  Map<String, Object> connecting(String method, Map<String, Object> params, Duration limit) {
    return pending.call(pending.newId(), method, method, params, limit, false);
  }

  /** Ends the handshake of the older era. */
  void initialized() {
    pending.tell(Wire.INITIALIZED, Map.of());
  }

  /** Whether the connection has ended; known at the latest when a request fails because of it. */
  boolean hasEnded() {
    return pending.hasEnded();
  }

  /** A request of which nothing is heard until its answer. */
  Map<String, Object> plain(String method, Map<String, Object> params, Duration limit) {
    Map<String, Object> meta = meta(Map.of(), ClientFeatures.NONE);
    Message.Request request = new Message.Request(pending.newId(), method, withMeta(params, meta));
    return pending.call(method, request, limit, true, null, () -> 0);
  }

  /** What a request of the newer era says of its client; nothing in the older one. */
  Map<String, Object> meta() {
    return meta(Map.of(), ClientFeatures.NONE);
  }

  /** The same when the era is only found out by it. */
  Map<String, Object> statelessMeta() {
    return statelessMeta(new LinkedHashMap<>(), ClientFeatures.NONE);
  }

  /**
   * A request whose listener hears of it and answers questions, round after round.
   *
   * @param limit for each time that the server is waited for; a user may take longer
   * @throws ToolFailure when a question could not be answered, or the answer makes no sense
   */
  Map<String, Object> converse(
      String what,
      String method,
      Map<String, Object> params,
      Map<String, Object> givenMeta,
      CallListener listener,
      Duration limit) {
    askForLog(listener);
    RisingProgress progress = new RisingProgress(listener);
    Map<String, Object> round = params;
    for (int rounds = 0; ; rounds++) {
      Map<String, Object> result =
          once(what, method, round, givenMeta, newCall(listener, progress), limit);
      if (isComplete(result)) {
        return result;
      }
      round = nextRound(what, params, result, listener, rounds);
    }
  }

  private Map<String, Object> once(
      String what,
      String method,
      Map<String, Object> params,
      Map<String, Object> givenMeta,
      ClientCall call,
      Duration limit) {
    Message.Request request = request(method, params, givenMeta, call);
    calls.begin(call);
    try {
      return pending.call(what, request, limit, true, null, call::stoodStillNanos);
    } finally {
      end(call);
    }
  }

  /** Makes a request of which its outcome will hear; it is still to be sent. */
  AsyncRequest begin(
      String what,
      String method,
      Map<String, Object> params,
      Map<String, Object> givenMeta,
      ClientCall call,
      Duration limit,
      AsyncRequest.Outcome outcome) {
    Message.Request request = request(method, params, givenMeta, call);
    calls.begin(call);
    AsyncRequest asked =
        new AsyncRequest(
            pending, settings.aside, what, request, limit, call::stoodStillNanos, outcome);
    deadlines.add(asked.deadline());
    return asked;
  }

  private Message.Request request(
      String method, Map<String, Object> params, Map<String, Object> givenMeta, ClientCall call) {
    CallListener listener = call.listener();
    Map<String, Object> meta = meta(givenMeta, listener);
    if (listener.wantsProgress()) {
      meta.put(Wire.PROGRESS_TOKEN, call.id());
    }
    if (agreement.isStateless()) {
      listener.wantsLog().ifPresent(level -> meta.put(Wire.META_LOG_LEVEL, level.wireName()));
    }
    return new Message.Request(call.id(), method, withMeta(params, meta));
  }

  ClientCall newCall(CallListener listener, RisingProgress progress) {
    return new ClientCall(pending.newId(), listener, progress);
  }

  /** Nothing belongs to that request any more. */
  void end(ClientCall call) {
    calls.end(call);
    questions.callEnded(call.id());
  }

  /** The connection has ended: nothing is waited for any more. */
  void ended() {
    deadlines.stop();
  }

  /** How many requests are not over. */
  int open() {
    return Math.max(pending.count(), calls.all().size());
  }

  void aside(Runnable work) {
    settings.aside.execute(work);
  }

  /** Calls a tool, before anything is answered. */
  static Map<String, Object> callOf(ToolCall call) {
    Map<String, Object> params = Wire.object("name", call.tool());
    params.put("arguments", call.arguments());
    return params;
  }

  /** Whether a call was refused because the transport no longer knows the schema of its tool. */
  boolean wantsNewList(RuntimeException why) {
    return why instanceof McpException.Protocol refused
        && refused.code() == Protocol.HEADER_MISMATCH
        && agreement.isStateless();
  }

  static boolean isComplete(Map<String, Object> result) {
    return resultType(result).equals(COMPLETE);
  }

  /**
   * What to send when an answer is none yet. Blocks while the listener answers.
   *
   * @param params of the first round
   * @param rounds how many there have been before
   * @throws ToolFailure when there is nothing to send
   */
  Map<String, Object> nextRound(
      String what,
      Map<String, Object> params,
      Map<String, Object> result,
      CallListener listener,
      int rounds) {
    String type = resultType(result);
    if (!type.equals(INPUT_REQUIRED) || !agreement.isStateless()) {
      throw upstream(
          what + " was answered with \"" + Text.shown(type) + "\" and no result.",
          "This client has not offered what the server would need for more.");
    }
    if (rounds == MAX_ROUNDS) {
      throw upstream(
          what + " still was not done after " + MAX_ROUNDS + " rounds of questions.",
          "The server seems to ask in circles.");
    }
    return answered(what, params, result, listener);
  }

  private static String resultType(Map<String, Object> result) {
    Object type = result.get("resultType");
    return type == null ? COMPLETE : type.toString();
  }

  /** The next round: the same request with the answers, and the server's state as it came. */
  private Map<String, Object> answered(
      String what, Map<String, Object> params, Map<String, Object> result, CallListener listener) {
    Optional<Map<String, Object>> asked =
        Wire.object(result.get(Wire.INPUT_REQUESTS)).filter(requests -> !requests.isEmpty());
    Object state = result.get(Wire.REQUEST_STATE);
    if (asked.isEmpty() && state == null) {
      throw upstream(what + " was answered with questions that are missing.", "");
    }
    Map<String, Object> round = new LinkedHashMap<>(params);
    if (asked.isPresent()) {
      Map<String, Object> responses = new LinkedHashMap<>();
      asked.get().forEach((key, request) -> responses.put(key, response(what, request, listener)));
      round.put(Wire.INPUT_RESPONSES, responses);
    }
    if (state != null) {
      round.put(Wire.REQUEST_STATE, state);
    }
    return round;
  }

  private Map<String, Object> response(String what, Object question, CallListener listener) {
    Map<String, Object> json = Wire.object(question).orElse(Map.of());
    String method = Wire.text(json.get("method")).orElse("");
    InputRequest request =
        InputJson.readRequest(method, Wire.object(json.get("params")).orElse(Map.of()))
            .orElseThrow(
                () ->
                    upstream(
                        what
                            + " was answered with a question that cannot be read: "
                            + Text.shown(method),
                        ""));
    ClientFeatures answerer =
        listener.capabilities().canAnswer(request) ? listener : settings.features;
    if (!answerer.capabilities().canAnswer(request)) {
      throw new ToolFailure(
          FailureKind.UNSUPPORTED,
          what + " needs " + method + ", which this client has not declared.",
          "Call it from where that can be answered.");
    }
    return InputJson.write(Answers.answer(answerer, request));
  }

  /** Has a server of the older era send log messages, which it does for all calls at once. */
  private void askForLog(CallListener listener) {
    Optional<Map<String, Object>> params = newLogLevel(listener);
    if (params.isPresent()) {
      try {
        var unused = plain(Wire.SET_LEVEL, params.get(), settings.limits.callTimeout());
      } catch (McpException.Protocol refused) {
        // Then there is less in the log; the call is worth more than that.
      }
    }
  }

  /** The same, without waiting for the answer: it goes ahead of the call. */
  void askForLogAhead(CallListener listener) {
    newLogLevel(listener)
        .ifPresent(
            params -> {
              var unused =
                  pending.send(new Message.Request(pending.newId(), Wire.SET_LEVEL, params));
            });
  }

  private Optional<Map<String, Object>> newLogLevel(CallListener listener) {
    Optional<LogLevel> wanted = listener.wantsLog();
    if (wanted.isEmpty() || agreement.isStateless()) {
      return Optional.empty();
    }
    LogLevel level = wanted.get();
    LogLevel asked = logLevel.get();
    if ((asked != null && level.compareTo(asked) >= 0) || !agreement.declares("logging")) {
      return Optional.empty();
    }
    LogLevel before =
        logLevel.getAndUpdate(now -> now == null || level.compareTo(now) < 0 ? level : now);
    return before == null || level.compareTo(before) < 0
        ? Optional.of(Wire.object("level", level.wireName()))
        : Optional.empty();
  }

  private static Map<String, Object> withMeta(
      Map<String, Object> params, Map<String, Object> meta) {
    if (meta.isEmpty()) {
      return params;
    }
    Map<String, Object> whole = new LinkedHashMap<>(params);
    whole.put(Protocol.META, meta);
    return whole;
  }

  private Map<String, Object> meta(Map<String, Object> given, ClientFeatures listener) {
    Map<String, Object> meta = new LinkedHashMap<>(given);
    return agreement.isStateless() ? statelessMeta(meta, listener) : meta;
  }

  private Map<String, Object> statelessMeta(Map<String, Object> meta, ClientFeatures listener) {
    ClientCapabilities can =
        Answers.either(listener.capabilities(), settings.features.capabilities());
    meta.put(Protocol.META_VERSION, ProtocolVersion.STATELESS);
    meta.put(Wire.META_CLIENT_CAPABILITIES, InputJson.write(can, ProtocolVersion.STATELESS));
    meta.put(Wire.META_CLIENT_INFO, clientInfo());
    return meta;
  }

  private static ToolFailure upstream(String message, String hint) {
    return new ToolFailure(FailureKind.UPSTREAM, message, hint);
  }
}

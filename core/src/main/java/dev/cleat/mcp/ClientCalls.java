// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ClientFeatures;
import dev.cleat.InputRequest;
import dev.cleat.LogLevel;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a client that run now, and which of them something belongs to that the server
 * says or asks meanwhile. Thread-safe.
 */
final class ClientCalls {
  private final Map<Long, ClientCall> running = new ConcurrentHashMap<>();
  private final ClientFeatures features;

  ClientCalls(ClientFeatures features) {
    this.features = features;
  }

  void begin(ClientCall call) {
    running.put(call.id(), call);
  }

  void end(ClientCall call) {
    running.remove(call.id());
  }

  Collection<ClientCall> all() {
    return running.values();
  }

  private @Nullable ClientCall named(@Nullable Object id) {
    return id instanceof Long known ? running.get(known) : null;
  }

  void progressed(Map<String, Object> params) {
    ClientCall call = named(params.get(Wire.PROGRESS_TOKEN));
    if (call != null
        && call.listener().wantsProgress()
        && params.get("progress") instanceof Number done) {
      double total = params.get("total") instanceof Number number ? number.doubleValue() : 0;
      String message = Wire.text(params.get("message")).orElse("");
      call.progress().report(done.doubleValue(), total, message);
    }
  }

  /**
   * Passes a log message on to the call that it belongs to, else to the features of the client.
   *
   * @param callId the request on whose channel it came, if that is known
   */
  void logged(Map<String, Object> params, @Nullable Object callId) {
    Optional<LogLevel> level = Wire.text(params.get("level")).flatMap(LogLevel::ofWireName);
    Object data = params.get("data");
    if (level.isEmpty() || data == null) {
      return;
    }
    String logger = Wire.text(params.get("logger")).orElse("");
    ClientCall call = callId == null ? onlyOneThatWantsLog() : named(callId);
    Optional<LogLevel> wanted = call == null ? Optional.empty() : call.listener().wantsLog();
    if (call == null || wanted.isEmpty()) {
      features.log(level.get(), logger, data);
    } else if (level.get().compareTo(wanted.get()) >= 0) {
      call.listener().log(level.get(), logger, data);
    }
  }

  private @Nullable ClientCall onlyOneThatWantsLog() {
    ClientCall found = null;
    for (ClientCall call : running.values()) {
      if (call.listener().wantsLog().isPresent()) {
        if (found != null) {
          return null;
        }
        found = call;
      }
    }
    return found;
  }

  /**
   * Who is to answer.
   *
   * @param features answers
   * @param call whose listener that is; null when it is nobody's
   */
  record Answerer(ClientFeatures features, @Nullable ClientCall call) {}

  /**
   * Who can answer a question: the listener of the call on whose channel it came; else, when there
   * is but one call whose listener can, that one, because no other can be meant; else the features
   * of the client.
   */
  Optional<Answerer> answerer(InputRequest request, @Nullable Object callId) {
    ClientCall named = named(callId);
    if (named != null) {
      if (named.listener().capabilities().canAnswer(request)) {
        return Optional.of(new Answerer(named.listener(), named));
      }
    } else if (callId == null) {
      ClientCall only = onlyOneThatAnswers(request);
      if (only != null) {
        return Optional.of(new Answerer(only.listener(), only));
      }
    }
    return features.capabilities().canAnswer(request)
        ? Optional.of(new Answerer(features, named))
        : Optional.empty();
  }

  private @Nullable ClientCall onlyOneThatAnswers(InputRequest request) {
    ClientCall found = null;
    for (ClientCall call : running.values()) {
      if (call.listener().capabilities().canAnswer(request)) {
        if (found != null) {
          return null;
        }
        found = call;
      }
    }
    return found;
  }
}

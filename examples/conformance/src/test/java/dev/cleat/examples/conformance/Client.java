// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A client of one era that asks one thing after the other, and answers what it is asked: in a
 * response, or in the next round of its request.
 */
final class Client implements AutoCloseable {
  /** Accepts every form with a name, has a model that says Paris, and works in one place. */
  static final Function<Map<String, Object>, Map<String, Object>> HELPFUL =
      asked -> {
        switch (String.valueOf(asked.get("method"))) {
          case "sampling/createMessage":
            return Map.of(
                "role",
                "assistant",
                "content",
                Map.of("type", "text", "text", "Paris"),
                "model",
                "test-model");
          case "roots/list":
            return Map.of("roots", List.of(Map.of("uri", "file:///work")));
          default:
            return accepting(Map.of("name", "Alice"));
        }
      };

  private final Peer peer;
  private final Era era;
  private final Map<String, Object> capabilities;
  private Function<Map<String, Object>, Map<String, Object>> answers = HELPFUL;
  private long lastId;

  private Client(Peer peer, Era era, Map<String, Object> capabilities) {
    this.peer = peer;
    this.era = era;
    this.capabilities = capabilities;
  }

  /** A client that can do everything, of the fixture server. */
  static Client of(Era era) throws Exception {
    return of(era, Era.ABLE);
  }

  /** A client with these capabilities, of the fixture server. */
  static Client of(Era era, Map<String, Object> capabilities) throws Exception {
    Client client = new Client(Peer.of(ConformanceServer.create()), era, capabilities);
    if (era == Era.HANDSHAKE) {
      client.ask(
          "initialize",
          Map.of(
              "protocolVersion",
              era.revision,
              "capabilities",
              capabilities,
              "clientInfo",
              Map.of("name", "test", "version", "1")));
      client.tell("notifications/initialized");
    }
    return client;
  }

  /** The answer to a form that is filled in. */
  static Map<String, Object> accepting(Map<String, Object> content) {
    return Map.of("action", "accept", "content", content);
  }

  /** Answers what it is asked otherwise from now on. */
  Client answering(Function<Map<String, Object>, Map<String, Object>> newAnswers) {
    answers = newAnswers;
    return this;
  }

  /** Calls a tool, to the end of the conversation. */
  Reply call(String tool, Map<String, ?> arguments) throws Exception {
    return ask("tools/call", Map.of("name", tool, "arguments", arguments));
  }

  /** Asks, answers what it is asked, and returns the answer in the end. */
  Reply ask(String method, Map<String, ?> params) throws Exception {
    List<Map<String, Object>> asked = new ArrayList<>();
    Reply reply = askOnce(method, params);
    asked.addAll(reply.asked());
    while (Reply.in(reply.message(), "result", "resultType") instanceof String type
        && type.equals("input_required")) {
      Map<String, Object> again = new LinkedHashMap<>(params);
      Map<String, Object> responses = new LinkedHashMap<>();
      ((Map<?, ?>) reply.at("inputRequests"))
          .forEach(
              (key, request) -> {
                Map<String, Object> question = Json.object((Map<?, ?>) request);
                asked.add(question);
                responses.put(String.valueOf(key), answers.apply(question));
              });
      again.put("inputResponses", responses);
      again.put("requestState", reply.at("requestState"));
      reply = askOnce(method, again);
    }
    return new Reply(reply.message(), reply.heard(), asked);
  }

  /** Asks, without another round when the server wants one. */
  Reply askOnce(String method, Map<String, ?> params) throws Exception {
    long id = ++lastId;
    send(id, method, params);
    return answerTo(id);
  }

  /** Sends a request whose answer is waited for later, if at all. */
  void send(Object id, String method, Map<String, ?> params) throws IOException {
    peer.send(
        Map.of(
            "jsonrpc",
            "2.0",
            "id",
            id,
            "method",
            method,
            "params",
            era.params(params, capabilities)));
  }

  void tell(String method) throws IOException {
    peer.send(Map.of("jsonrpc", "2.0", "method", method));
  }

  /** The next message, whatever it is. */
  Map<String, Object> next() throws Exception {
    return peer.next();
  }

  Peer peer() {
    return peer;
  }

  /** What comes until that request is answered. */
  Reply answerTo(Object id) throws Exception {
    List<Map<String, Object>> heard = new ArrayList<>();
    List<Map<String, Object>> asked = new ArrayList<>();
    while (true) {
      Map<String, Object> message = peer.next();
      if (!message.containsKey("method")) {
        if (!id.equals(message.get("id"))) {
          throw new AssertionError("Not the answer to " + id + ": " + message);
        }
        return new Reply(message, heard, asked);
      } else if (message.containsKey("id")) {
        asked.add(message);
        peer.send(
            Map.of("jsonrpc", "2.0", "id", message.get("id"), "result", answers.apply(message)));
      } else {
        heard.add(message);
      }
    }
  }

  @Override
  public void close() throws IOException {
    peer.close();
  }
}

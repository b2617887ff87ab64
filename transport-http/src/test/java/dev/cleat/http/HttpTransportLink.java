// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Limits;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A connection, what it tells, and short words for what is sent over it. */
final class HttpTransportLink implements AutoCloseable {
  final HttpTransportReceiver told;
  final Connection connection;

  HttpTransportLink(ClientDefinition definition, Limits limits, HttpTransportReceiver told) {
    this.told = told;
    connection = new HttpTransport().open("peer", definition, limits);
    connection.start(told);
  }

  HttpTransportLink(HttpTransportPeer peer, Limits limits) {
    this(peer.definition(), limits, new HttpTransportReceiver());
  }

  HttpTransportLink(HttpTransportPeer peer) {
    this(peer, Limits.defaults());
  }

  /** Sends a request of the newer era. */
  Connection.Receipt ask(long id, String method, Map<String, Object> params) {
    Map<String, Object> all = new LinkedHashMap<>(params);
    all.put(
        "_meta",
        Map.of(
            "io.modelcontextprotocol/protocolVersion",
            "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities",
            Map.of()));
    return connection.send(new Message.Request(id, method, all));
  }

  /** Calls the tool, in the newer era. */
  Connection.Receipt call(long id) {
    return ask(id, "tools/call", Map.of("name", "echo", "arguments", Map.of("text", "a")));
  }

  /** Begins a session. */
  HttpTransportLink initialize() throws InterruptedException {
    connection.send(
        new Message.Request(
            100L, "initialize", Map.of("protocolVersion", "2025-11-25", "capabilities", Map.of())));
    told.next(Message.Response.class);
    connection.send(new Message.Notification("notifications/initialized", Map.of()));
    return this;
  }

  /** Calls the tool, in a session. */
  Connection.Receipt callInSession(long id) {
    return connection.send(
        new Message.Request(
            id, "tools/call", Map.of("name", "echo", "arguments", Map.of("text", "a"))));
  }

  static List<?> content(Message.Response response) {
    return (List<?>) response.result().get("content");
  }

  @Override
  public void close() {
    connection.close();
  }
}

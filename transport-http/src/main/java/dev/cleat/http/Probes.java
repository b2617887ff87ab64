// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import dev.cleat.spi.Readiness;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What those ask who operate the server: whether it lives ({@code /healthz}), whether it should get
 * work ({@code /readyz}), and its meters ({@code /metrics}). The last two need a token wherever the
 * endpoint does; the first tells nothing.
 */
final class Probes {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final McpEndpoint endpoint;
  private final Optional<Supplier<String>> metricsPage;

  Probes(McpEndpoint endpoint, Optional<Supplier<String>> metricsPage) {
    this.endpoint = endpoint;
    this.metricsPage = metricsPage;
  }

  /** Answers when the path is one of these. */
  boolean answer(String path, ServerExchange exchange) {
    switch (path) {
      case "/healthz":
        if (isGet(exchange)) {
          exchange.respond(Refusal.OK, HttpWire.JSON, Json.bytes(Map.of("alive", true)));
        }
        return true;
      case "/readyz":
        if (isGet(exchange) && mayAsk(exchange)) {
          answerReady(exchange);
        }
        return true;
      case "/metrics":
        if (metricsPage.isEmpty()) {
          return false;
        }
        if (isGet(exchange) && mayAsk(exchange)) {
          byte[] page = metricsPage.get().get().getBytes(StandardCharsets.UTF_8);
          exchange.respond(Refusal.OK, TEXT, page);
        }
        return true;
      default:
        return false;
    }
  }

  private boolean isGet(ServerExchange exchange) {
    if (exchange.method().equals("GET")) {
      return true;
    }
    exchange.setHeader("Allow", "GET");
    exchange.respond(Refusal.METHOD_NOT_ALLOWED);
    return false;
  }

  private boolean mayAsk(ServerExchange exchange) {
    Refusal refusal = endpoint.door().checkPlace(exchange);
    if (refusal == null && !exchange.isLocal()) {
      refusal = endpoint.door().identify(exchange).refusal();
    }
    if (refusal != null) {
      endpoint.refuse(exchange, refusal);
    }
    return refusal == null;
  }

  private void answerReady(ServerExchange exchange) {
    boolean draining = endpoint.isDraining();
    boolean ready = !draining;
    List<Object> parts = new ArrayList<>();
    for (Readiness part : endpoint.server().readiness()) {
      ready &= part.ready();
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("name", part.name());
      shown.put("ready", part.ready());
      shown.put("detail", part.detail());
      parts.add(shown);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", ready);
    body.put("draining", draining);
    body.put("parts", parts);
    exchange.respond(ready ? Refusal.OK : Refusal.UNAVAILABLE, HttpWire.JSON, Json.bytes(body));
  }
}

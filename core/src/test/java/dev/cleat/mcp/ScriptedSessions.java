// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;

/** Clients of both eras whose servers are played by the test. */
abstract class ScriptedSessions {
  static final Limits LIMITS =
      Limits.builder()
          .eraProbeTimeout(Duration.ofSeconds(20))
          .connectTimeout(Duration.ofSeconds(20))
          .callTimeout(Duration.ofSeconds(20))
          .build();

  static final ClientCapabilities FORMS =
      new ClientCapabilities(true, false, false, false, false, false);

  static final ClientCapabilities ROOTS =
      new ClientCapabilities(false, false, false, false, false, true);

  static final String EVERYTHING =
      "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
          + "\"resources\":{\"listChanged\":true,\"subscribe\":true},"
          + "\"completions\":{},\"logging\":{}}";

  static final String QUESTION =
      "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Who?\",\"requestedSchema\":"
          + "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},"
          + "\"age\":{\"type\":\"integer\",\"default\":30}}}}}";

  static final String FORM =
      "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":"
          + "{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\",\"default\":30}}}}";

  final List<ScriptedPeer> opened = new ArrayList<>();
  ScriptedPeer server = new ScriptedPeer();
  McpClient client;

  @AfterEach
  void closeAll() {
    if (client != null) {
      client.close();
    }
  }

  McpClientBuilder builder() {
    return McpClient.over(this::connection).limits(LIMITS);
  }

  /** The peer that is there for the first connection, and another one for each further. */
  synchronized ScriptedPeer connection() {
    if (!opened.isEmpty()) {
      server = new ScriptedPeer();
    }
    opened.add(server);
    return server;
  }

  void modern(McpClientBuilder builder, String capabilities) throws Exception {
    Future<McpClient> connecting = inBackground(builder::connect);
    server.respond(server.request("server/discover"), discovered(capabilities));
    client = get(connecting);
  }

  static String discovered(String capabilities) {
    return "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":" + capabilities + "}";
  }

  static String initialized(String revision, String capabilities) {
    return "{\"protocolVersion\":\"" + revision + "\",\"capabilities\":" + capabilities + "}";
  }

  Message.Request legacy(McpClientBuilder builder, String revision, String capabilities)
      throws Exception {
    Future<McpClient> connecting = inBackground(builder::connect);
    server.refuse(server.request("server/discover"), -32601, "what?", "");
    Message.Request initialize = server.request("initialize");
    server.respond(initialize, initialized(revision, capabilities));
    client = get(connecting);
    server.notification("notifications/initialized");
    return initialize;
  }

  static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  static Throwable failureOf(Future<?> future) throws Exception {
    try {
      return new AssertionError("It did not fail: " + get(future));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  static Map<String, Object> meta(Message.Request request) {
    return map(request.params().get("_meta"));
  }

  static Map<String, Object> map(Object json) {
    assertThat(json).isInstanceOf(Map.class);
    return Json.object((Map<?, ?>) json);
  }

  static String text(String text) {
    return "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}";
  }

  /** Answers with a function, and declares that it can. */
  static CallListener answering(
      ClientCapabilities can, Function<InputRequest, InputResponse> answers) {
    return new CallListener() {
      @Override
      public ClientCapabilities capabilities() {
        return can;
      }

      @Override
      public InputResponse answer(InputRequest request) {
        return answers.apply(request);
      }
    };
  }

  static InputResponse named(String name) {
    return InputResponse.Elicited.accepted(Map.of("name", name));
  }
}

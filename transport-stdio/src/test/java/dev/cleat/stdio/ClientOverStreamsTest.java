// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.PeerInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client says to servers of any revision, and what it makes of what they say. */
@ExtendWith(LeaksNothing.class)
class ClientOverStreamsTest {
  private static final Limits LIMITS =
      Limits.builder()
          .eraProbeTimeout(Duration.ofSeconds(20))
          .connectTimeout(Duration.ofSeconds(20))
          .callTimeout(Duration.ofSeconds(20))
          .build();

  private static final String DISCOVERED =
      "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
          + "\"instructions\":\"Roll.\",\"resultType\":\"complete\",\"_meta\":{"
          + "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"dice\",\"version\":\"7\"}}}";

  private final RawPeer server = new RawPeer(LIMITS);
  private McpClient client;

  @AfterEach
  void closeAll() throws Exception {
    if (client != null) {
      client.close();
    }
    server.close();
  }

  private static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  private static Throwable failureOf(Future<?> future) throws Exception {
    try {
      return new AssertionError("It did not fail: " + get(future));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private Future<McpClient> connecting(Limits limits) {
    return inBackground(() -> McpClient.connect(server::connection, limits));
  }

  private void modern() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);
    server.respond(server.next("server/discover").get("id"), DISCOVERED);
    client = get(connecting);
  }

  private void legacy(String revision) throws Exception {
    legacy(revision, LIMITS);
  }

  private void legacy(String revision, Limits limits) throws Exception {
    Future<McpClient> connecting = connecting(limits);
    error(server.next("server/discover").get("id"), -32601, "what?", "");
    server.respond(
        server.next("initialize").get("id"),
        "{\"protocolVersion\":\""
            + revision
            + "\",\"capabilities\":{},\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}}");
    client = get(connecting);
    server.next("notifications/initialized");
  }

  private void error(Object id, int code, String message, String data) throws Exception {
    server.send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + dev.cleat.Json.print(id)
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":\""
            + message
            + "\""
            + (data.isEmpty() ? "" : ",\"data\":" + data)
            + "}}");
  }

  private Future<ToolResult> calling(String tool) {
    return inBackground(() -> client.callTool(ToolCall.of(tool, Map.of())));
  }

  private static Map<?, ?> params(Map<String, Object> message) {
    return (Map<?, ?>) message.get("params");
  }

  private static String text(String text) {
    return "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}";
  }

  // Which era.

  @Test
  void aServerThatDiscoversIsSpokenToInTheNewerEra() throws Exception {
    modern();

    assertThat(client.peer())
        .isEqualTo(new PeerInfo("dice", "7", "2026-07-28", Optional.of("Roll.")));
    Future<ToolResult> call = calling("roll");
    Map<String, Object> request = server.next("tools/call");
    assertThat(params(request).get("_meta"))
        .isEqualTo(
            Map.of(
                "io.modelcontextprotocol/protocolVersion", "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities", Map.of(),
                "io.modelcontextprotocol/clientInfo",
                    Map.of("name", "cleat", "version", dev.cleat.mcp.Version.CURRENT)));
    server.respond(request.get("id"), text("6"));
    assertThat(get(call).text()).isEqualTo("6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
  void aServerThatRefusesDiscoverIsInitialised(String revision) throws Exception {
    legacy(revision);

    assertThat(client.peer().protocolVersion()).isEqualTo(revision);
    Future<ToolResult> call = calling("roll");
    Map<String, Object> request = server.next("tools/call");
    assertThat(params(request).containsKey("_meta")).as("nothing of the newer era").isFalse();
    server.respond(request.get("id"), text("6"));
    assertThat(get(call).text()).isEqualTo("6");
  }

  @Test
  void aServerThatIsSilentIsInitialisedAndItsLateAnswerDropped() throws Exception {
    Future<McpClient> connecting =
        connecting(Limits.builder().from(LIMITS).eraProbeTimeout(Duration.ofMillis(20)).build());

    Object probe = server.next("server/discover").get("id");
    Map<String, Object> initialize = server.next("initialize");
    server.respond(probe, DISCOVERED);
    server.respond(
        initialize.get("id"),
        "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
            + "\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}}");
    client = get(connecting);

    assertThat(params(initialize).get("protocolVersion")).isEqualTo("2025-11-25");
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
  }

  @Test
  void aServerThatRefusesTheRevisionItSpeaksIsAskedOnceMore() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(
        server.next("server/discover").get("id"),
        -32022,
        "busy",
        "{\"supported\":[\"2026-07-28\"],\"requested\":\"2026-07-28\"}");
    server.respond(server.next("server/discover").get("id"), DISCOVERED);
    client = get(connecting);

    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"supportedVersions\":[\"2027-01-01\"]}", "{\"supportedVersions\":7}", "{}"})
  void aServerThatDiscoversNothingInCommonIsInitialised(String discovered) throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    server.respond(server.next("server/discover").get("id"), discovered);
    server.respond(
        server.next("initialize").get("id"),
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
    client = get(connecting);

    assertThat(client.peer())
        .isEqualTo(new PeerInfo("(unnamed)", "", "2025-11-25", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"2031-01-01\"", "7", "null"})
  void aServerThatWantsAnUnknownRevisionIsNotConnected(String revision) throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(server.next("server/discover").get("id"), -32601, "what?", "");
    server.respond(server.next("initialize").get("id"), "{\"protocolVersion\":" + revision + "}");

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("Spoken here are 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05");
  }

  @Test
  void aServerThatRefusesInitializeIsNotConnected() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(server.next("server/discover").get("id"), -32601, "what?", "");
    error(server.next("initialize").get("id"), -32000, "no licence", "");

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("no licence");
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTime() throws Exception {
    Future<McpClient> connecting =
        connecting(
            Limits.builder()
                .eraProbeTimeout(Duration.ofMillis(20))
                .connectTimeout(Duration.ofMillis(60))
                .build());

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("did not complete the handshake");
    server.next("server/discover");
    server.next("initialize");
    server.close();
    assertThat(server.untilEnd()).as("initialize is never cancelled").isEmpty();
  }

  // Calls that do not end well.

  @Test
  void interruptingTheCallerTellsTheServerOnce() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<Object> outcome = new LinkedBlockingQueue<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                outcome.add(client.callTool(ToolCall.of("sleep", Map.of())));
              } catch (McpException e) {
                outcome.add(e);
              }
              outcome.add(Thread.currentThread().isInterrupted());
            });
    caller.start();
    Object id = server.next("tools/call").get("id");

    caller.interrupt();

    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
    assertThat(outcome.poll(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            McpException.Cancelled.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(outcome.poll(20, TimeUnit.SECONDS)).as("the interrupt is kept").isEqualTo(true);
    server.respond(id, text("too late"));
    assertThat(server.untilFence()).isEmpty();
    caller.join();
  }

  @Test
  void aTimeOutTellsTheServerOnceAndItsLateAnswerIsDropped() throws Exception {
    modern();
    Future<ToolResult> call =
        inBackground(
            () ->
                client.callTool(ToolCall.of("sleep", Map.of()).withTimeout(Duration.ofMillis(50))));
    Object id = server.next("tools/call").get("id");

    assertThat(failureOf(call))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
        .hasMessageContaining("tools/call sleep within 50 ms");
    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
    server.respond(id, text("too late"));
    server.respond(id, text("much too late"));

    Future<ToolResult> next = calling("echo");
    server.respond(server.next("tools/call").get("id"), text("in time"));
    assertThat(get(next).text()).isEqualTo("in time");
    assertThat(server.untilFence()).isEmpty();
  }

  @Test
  void theEndOfTheConnectionEndsAllCallsAtOnceAndLaterOnesAreNotSent() throws Exception {
    legacy("2025-11-25");
    List<Future<ToolResult>> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      calls.add(calling("sleep"));
      server.next("tools/call");
    }

    server.close();

    for (Future<ToolResult> call : calls) {
      assertThat(failureOf(call))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
          .hasMessageContaining("sleep was sent, and its answer is lost");
    }
    assertThat(client.ended().get(20, TimeUnit.SECONDS)).contains("closed");
    assertThatThrownBy(() -> client.callTool(ToolCall.of("echo", Map.of())))
        .isInstanceOfSatisfying(
            McpException.NotSent.class, e -> assertThat(e.mayHaveExecuted()).isFalse());
    assertThatThrownBy(() -> client.listTools()).isInstanceOf(McpException.NotSent.class);
  }

  @Test
  void closingEndsCallsAndTwiceIsHarmless() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("sleep");
    server.next("tools/call");

    client.close();
    client.close();

    assertThat(failureOf(call))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("it was closed");
    assertThat(client.ended()).isCompletedWithValue("it was closed");
  }

  @Test
  void aRequestThatIsTooLargeIsNotSentAndTheConnectionGoesOn() throws Exception {
    legacy("2025-11-25");
    String large = "x".repeat(LIMITS.maxMessageBytes());

    assertThatThrownBy(() -> client.callTool(ToolCall.of("echo", Map.of("text", large))))
        .isInstanceOf(McpException.TooLarge.class);

    Future<ToolResult> call = calling("echo");
    server.respond(server.next("tools/call").get("id"), text("small"));
    assertThat(get(call).text()).isEqualTo("small");
  }

  @Test
  void anErrorOfTheServerIsThrownWithItsCodeAndData() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("nothing");

    error(server.next("tools/call").get("id"), -32602, "no such tool", "{\"name\":\"nothing\"}");

    assertThat(failureOf(call))
        .isInstanceOfSatisfying(
            McpException.Protocol.class,
            e -> {
              assertThat(e.code()).isEqualTo(-32602);
              assertThat(e.data()).contains(Map.of("name", "nothing"));
            })
        .hasMessage("no such tool");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"input_required\",\"inputRequests\":{}}",
        "{\"resultType\":\"task\",\"taskId\":\"1\"}",
        "{\"resultType\":7}"
      })
  void anAnswerThatIsNoResultIsNoSuccess(String result) throws Exception {
    modern();
    Future<ToolResult> call = calling("delete");

    server.respond(server.next("tools/call").get("id"), result);

    assertThat(get(call))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class, f -> assertThat(f.kind()).isEqualTo(FailureKind.UPSTREAM));
  }

  // What servers say beside answers.

  @Test
  void junkIsSkippedAndNotAnswered() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("echo");
    Object id = server.next("tools/call").get("id");

    server.send("Loading model... 100%");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":\"77\",\"result\":{}}");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}");
    server.send("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"no id\"}}");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":\"no object\"}");
    server.send("x".repeat(LIMITS.maxMessageBytes() + 10));
    server.respond(id, text("still here"));

    assertThat(get(call).text()).isEqualTo("still here");
    assertThat(server.untilFence()).isEmpty();
  }

  @Test
  void aPingIsAnsweredAndAnyOtherRequestRefused() throws Exception {
    legacy("2025-11-25");

    server.request("p", "ping", "");
    server.request("r", "roots/list", "");
    server.request("l", "x".repeat(LIMITS.maxMessageBytes() - 100), "");
    List<Map<String, Object>> answers = server.answersTo("p", "r", "l");

    assertThat(answers.get(0).get("result")).isEqualTo(Map.of());
    assertThat(answers.subList(1, 3).toString()).contains("code=-32601").hasSizeLessThan(2_000);
  }

  @Test
  void progressReachesTheListenerAndAListenerThatFailsHarmsNothing() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            heard.add(done + "/" + total + " " + message);
            throw new IllegalStateException("a fault of the listener");
          }
        };
    Future<ToolResult> call =
        inBackground(() -> client.callTool(ToolCall.of("work", Map.of()).withListener(listener)));
    Map<String, Object> request = server.next("tools/call");
    Object token = ((Map<?, ?>) params(request).get("_meta")).get("progressToken");

    progress("\"progressToken\":" + token + ",\"progress\":1,\"total\":2,\"message\":\"one\"");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("1.0/2.0 one");
    progress("\"progressToken\":\"foreign\",\"progress\":1.2");
    progress("\"progressToken\":" + token + ",\"progress\":\"most\"");
    progress("\"progress\":1.3");
    progress("\"progressToken\":" + token + ",\"progress\":1.5");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("1.5/0.0 ");
    server.respond(request.get("id"), text("done"));

    assertThat(get(call).text()).isEqualTo("done");
    assertThat(heard).isEmpty();
  }

  private void progress(String params) throws Exception {
    server.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{" + params + "}}");
  }

  @Test
  void progressRisesAndComesOneByOneThoughItsListenerIsSlow() throws Exception {
    legacy("2025-11-25");
    List<Double> heard = new CopyOnWriteArrayList<>();
    AtomicInteger atOnce = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    CallListener slow =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            overlapped.compareAndSet(false, atOnce.incrementAndGet() > 1);
            long end = System.nanoTime() + 1_500_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            heard.add(done);
            atOnce.decrementAndGet();
          }
        };
    Future<ToolResult> call =
        inBackground(() -> client.callTool(ToolCall.of("work", Map.of()).withListener(slow)));
    Map<String, Object> request = server.next("tools/call");
    Object token = ((Map<?, ?>) params(request).get("_meta")).get("progressToken");

    for (int i = 1; i <= 50; i++) {
      progress("\"progressToken\":" + token + ",\"progress\":" + i);
    }
    server.untilFence();
    server.respond(request.get("id"), text("done"));

    assertThat(get(call).text()).isEqualTo("done");
    assertThat(overlapped).isFalse();
    assertThat(List.copyOf(heard)).isNotEmpty().isSorted();
  }

  @Test
  void aChangeOfTheToolsCallsAllListenersBack() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    client.onToolsChanged(() -> heard.add("first"));
    client.onToolsChanged(() -> heard.add("second"));

    server.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("second");
  }

  // Lists and results.

  @Test
  void allPagesAreReadAndEntriesThatAreNoToolsLeftOut() throws Exception {
    modern();
    Future<List<Tool>> listing = inBackground(() -> client.listTools());

    server.respond(
        server.next("tools/list").get("id"),
        "{\"tools\":[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}},"
            + "{\"name\":\"no schema\"},7,null],\"nextCursor\":\"\"}");
    Map<String, Object> second = server.next("tools/list");
    server.respond(
        second.get("id"),
        "{\"tools\":[{\"name\":\"b\",\"title\":\"B\",\"inputSchema\":{\"x\":[]},"
            + "\"annotations\":{\"readOnlyHint\":true},\"_meta\":{\"k\":1}}]}");
    List<Tool> tools = get(listing);

    assertThat(params(second).get("cursor")).as("an empty cursor is one").isEqualTo("");
    assertThat(tools).extracting(Tool::name).containsExactly("a", "b");
    assertThat(tools.get(0).hints()).isSameAs(dev.cleat.ToolHints.UNKNOWN);
    assertThat(tools.get(1).hints().readOnly()).isTrue();
    assertThat(tools.get(1).inputSchema().json()).isEqualTo(Map.of("x", List.of()));
    assertThat(tools.get(1).meta()).isEqualTo(Map.of("k", 1L));
  }

  @Test
  void aServerThatPagesInCirclesIsStopped() throws Exception {
    legacy("2025-11-25", Limits.builder().from(LIMITS).maxTools(3).build());
    Future<List<Tool>> listing = inBackground(() -> client.listTools());

    for (int i = 0; i < 4; i++) {
      server.respond(
          server.next("tools/list").get("id"),
          "{\"tools\":[{\"name\":\"a\",\"inputSchema\":{}}],\"nextCursor\":\"again\"}");
    }

    assertThat(failureOf(listing))
        .isInstanceOf(McpException.class)
        .hasMessageContaining("tools")
        .hasMessageContaining("3");
  }

  @Test
  void whatThisClientDoesNotKnowInAResultIsKept() throws Exception {
    modern();
    Future<ToolResult> call = calling("rich");

    server.respond(
        server.next("tools/call").get("id"),
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\",\"annotations\":{\"priority\":1}},"
            + "{\"type\":\"image\",\"data\":\"AA==\",\"mimeType\":\"image/png\"},"
            + "{\"type\":\"hologram\",\"x\":1},{\"no\":\"type\"},7],"
            + "\"structuredContent\":[1],\"_meta\":{\"k\":\"v\"}}");

    assertThat(get(call))
        .isEqualTo(
            new ToolResult.Success(
                List.of(
                    new Content.Other(
                        "text",
                        Map.of("type", "text", "text", "a", "annotations", Map.of("priority", 1L))),
                    new Content.Image("AA==", "image/png"),
                    new Content.Other("hologram", Map.of("type", "hologram", "x", 1L))),
                Optional.of(List.of(1L)),
                Map.of("k", "v")));
  }

  @Test
  void aFailureOfOursKeepsItsKindAndAForeignOneItsWords() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> ours = calling("ours");
    server.respond(
        server.next("tools/call").get("id"),
        "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"No job 7. List them.\"}],"
            + "\"_meta\":{\"dev.cleat/failure\":{\"kind\":\"not_found\",\"message\":\"No job 7.\","
            + "\"hint\":\"List them.\",\"retryable\":true}}}");
    Future<ToolResult> foreign = calling("foreign");
    server.respond(
        server.next("tools/call").get("id"),
        "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"boom\"}]}");

    assertThat(get(ours))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            f -> {
              assertThat(f.kind()).isEqualTo(FailureKind.NOT_FOUND);
              assertThat(f.message()).isEqualTo("No job 7.");
              assertThat(f.hint()).isEqualTo("List them.");
              assertThat(f.retryable()).isTrue();
            });
    assertThat(get(foreign))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            f -> {
              assertThat(f.kind()).isEqualTo(FailureKind.UPSTREAM);
              assertThat(f.message()).isEqualTo("boom");
            });
  }
}

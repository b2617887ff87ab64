// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cleat.Access;
import dev.cleat.Content;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolContext;
import dev.cleat.ToolHandler;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server says on the wire, byte for byte as a peer of any revision sees it. */
@ExtendWith(LeaksNothing.class)
public class ServerOverStreamsTest {
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }

  private static ServedTool tool(String name, ToolHandler handler) {
    return Tool.named(name).says("For tests.").readOnly().handles(Schema.anyObject(), handler);
  }

  private static final ServedTool ECHO =
      tool("echo", (call, context) -> ToolResult.text(Json.print(call.arguments())));

  private RawPeer peerOf(McpServer.Builder builder) {
    return peerOf(builder, Limits.defaults());
  }

  private RawPeer peerOf(McpServer.Builder builder, Limits limits) {
    McpServer server = builder.limits(limits).build();
    RawPeer peer = new RawPeer(limits).servedBy(server);
    opened.add(peer);
    opened.add(server);
    return peer;
  }

  private RawPeer peerOf(ServedTool... tools) throws Exception {
    return peerOf(McpServer.builder().tools(ToolSet.of(tools))).initialized();
  }

  private static Object at(Map<String, Object> message, String... path) {
    Object here = message;
    for (String name : path) {
      here = here instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return here;
  }

  private static Map<String, Object> only(List<Map<String, Object>> messages, Object id) {
    return messages.stream().filter(m -> Objects.equals(m.get("id"), id)).findAny().orElseThrow();
  }

  private static String textOf(Map<String, Object> answer) {
    List<?> blocks = (List<?>) at(answer, "result", "content");
    return blocks == null
        ? "(no result) " + answer
        : (String) ((Map<?, ?>) blocks.get(0)).get("text");
  }

  private static Object code(Map<String, Object> answer) {
    return at(answer, "error", "code");
  }

  private static Object kind(Map<String, Object> answer) {
    return at(answer, "result", "_meta", "dev.cleat/failure", "kind");
  }

  // The handshake, and both eras.

  @ParameterizedTest
  @CsvSource({
    "2025-11-25, 2025-11-25",
    "2025-06-18, 2025-06-18",
    "2025-03-26, 2025-03-26",
    "2024-11-05, 2024-11-05",
    "2026-07-28, 2025-11-25",
    "1999-01-01, 2025-11-25",
    "'', 2025-11-25"
  })
  void initializeSettlesOnTheRevisionAskedForOrTheNewest(String asked, String settled)
      throws Exception {
    RawPeer peer = peerOf(McpServer.builder().name("dice", "7").instructions("Roll.").tool(ECHO));

    peer.request(1, "initialize", "\"protocolVersion\":\"" + asked + "\",\"capabilities\":{}");

    assertThat(peer.next())
        .isEqualTo(
            Json.parse(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\""
                    + settled
                    + "\",\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                    + "\"serverInfo\":{\"name\":\"dice\",\"version\":\"7\"},"
                    + "\"instructions\":\"Roll.\"}}"));
  }

  @Test
  void discoverTellsTheRevisionsOfTheNewerEra() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().name("dice", "7").tool(ECHO));

    peer.request(1, "server/discover", RawPeer.MODERN);

    assertThat(peer.next().get("result"))
        .isEqualTo(
            Json.parse(
                "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                    + "\"ttlMs\":0,\"cacheScope\":\"public\",\"resultType\":\"complete\","
                    + "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"
                    + "{\"name\":\"dice\",\"version\":\"7\"}}}"));
  }

  @Test
  void bothErasAreSpokenOnOneConnectionInAnyOrder() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));
    String modernCall = "\"name\":\"echo\",\"arguments\":{}," + RawPeer.MODERN;

    peer.request(1, "server/discover", RawPeer.MODERN);
    peer.request(2, "tools/call", modernCall);
    peer.request(3, "initialize", "\"protocolVersion\":\"2025-03-26\",\"capabilities\":{}");
    List<Map<String, Object>> first = peer.answersTo(1L, 2L, 3L);
    peer.call(4, "echo", "{}");
    peer.request(5, "tools/call", modernCall);
    peer.request(6, "tools/list", "");
    peer.request(7, "tools/list", RawPeer.MODERN);
    List<Map<String, Object>> answers = new ArrayList<>(first);
    answers.addAll(peer.answersTo(4L, 5L, 6L, 7L));

    assertThat(answers)
        .extracting(a -> at(a, "result", "resultType"))
        .containsExactly("complete", "complete", null, null, "complete", null, "complete");
    assertThat(at(answers.get(2), "result", "protocolVersion")).isEqualTo("2025-03-26");
    assertThat(answers.get(5).toString()).doesNotContain("ttlMs", "cacheScope");
    assertThat(answers.get(6).toString()).contains("ttlMs=0", "cacheScope=public");
  }

  @Test
  void anotherRevisionOfTheNewerEraIsRefusedWithTheOnesThereAre() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));

    peer.request(1, "tools/list", RawPeer.MODERN.replace("2026-07-28", "2027-01-01"));

    assertThat(peer.next().get("error"))
        .satisfies(
            error ->
                assertThat(((Map<?, ?>) error).get("data"))
                    .isEqualTo(
                        Map.of("supported", List.of("2026-07-28"), "requested", "2027-01-01")))
        .satisfies(error -> assertThat(((Map<?, ?>) error).get("code")).isEqualTo(-32022L));
  }

  @Test
  void whatTheNewerEraNeedsOrHasGivenUpIsRefused() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));
    String withoutCapabilities =
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";

    peer.request(1, "tools/list", withoutCapabilities);
    peer.request(2, "tools/call", "\"name\":\"echo\"," + withoutCapabilities);
    peer.request(3, "initialize", RawPeer.MODERN);
    peer.request(4, "ping", RawPeer.MODERN);
    peer.request(5, "server/discover", "");
    peer.request(6, "tools/list", RawPeer.MODERN.replace("\"2026-07-28\"", "7"));

    assertThat(peer.answersTo(1L, 2L, 3L, 4L, 5L, 6L))
        .extracting(ServerOverStreamsTest::code)
        .containsExactly(-32602L, -32602L, -32601L, -32601L, -32602L, -32602L);
  }

  @Test
  void beforeInitializeOnlyPingIsAnswered() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));

    peer.request(1, "tools/list", "");
    peer.call(2, "echo", "{}");

    peer.request(3, "ping", "");

    assertThat(peer.answersTo(1L, 2L, 3L))
        .extracting(ServerOverStreamsTest::code)
        .containsExactly(-32600L, -32600L, null);
  }

  // What older revisions must not see.

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"})
  void noRevisionGetsAnythingNewerThanItself(String revision) throws Exception {
    Map<String, Object> anyValue = Map.of("type", "array");
    Tool rich =
        new Tool(
            "rich",
            Optional.of("Rich"),
            "Has it all.",
            Schema.anyObject(),
            Optional.of(Schema.of(anyValue)),
            new ToolHints(true, false, true, false),
            Map.of("x", 1));
    ToolResult result =
        new ToolResult.Success(
            List.of(
                new Content.Text("t"),
                new Content.Audio("AAAA", "audio/wav"),
                new Content.Other(
                    "resource_link",
                    Map.of("type", "resource_link", "uri", "file:///x", "name", "x"))),
            Optional.of(List.of(1L)),
            Map.of());
    ServedTool served =
        new ServedTool(
            rich,
            (call, context) -> {
              context.progress(1, 2, "half");
              return result;
            });
    RawPeer peer = peerOf(McpServer.builder().tool(served));
    boolean modern = revision.equals("2026-07-28");
    String meta =
        modern
            ? RawPeer.MODERN.replace("{}}", "{},\"progressToken\":1}")
            : "\"_meta\":{\"progressToken\":1}";
    if (!modern) {
      peer.initialized(revision, "{}");
    }

    peer.request(1, "tools/list", meta);
    peer.request(2, "tools/call", "\"name\":\"rich\"," + meta);
    List<Map<String, Object>> said = peer.next(3);
    Map<?, ?> tool = (Map<?, ?>) ((List<?>) at(only(said, 1L), "result", "tools")).get(0);
    Map<String, Object> progress = only(said, null);
    Map<String, Object> answer = only(said, 2L);

    int age = revision.compareTo("2025-03-26");
    assertThat(tool.containsKey("annotations")).isEqualTo(age >= 0);
    assertThat(at(progress, "params", "message")).isEqualTo(age >= 0 ? "half" : null);
    assertThat(answer.toString().contains("type=audio")).isEqualTo(age >= 0);
    boolean structured = revision.compareTo("2025-06-18") >= 0;
    assertThat(tool.containsKey("title")).isEqualTo(structured);
    assertThat(tool.containsKey("_meta")).isEqualTo(structured);
    assertThat(answer.toString().contains("type=resource_link")).isEqualTo(structured);
    // A schema or value that is no object belongs to the newer era alone.
    assertThat(tool.containsKey("outputSchema")).isEqualTo(modern);
    assertThat(at(answer, "result", "structuredContent")).isEqualTo(modern ? List.of(1L) : null);
    assertThat(at(answer, "result", "resultType")).isEqualTo(modern ? "complete" : null);
    // What cannot be said in full is still mentioned.
    assertThat((List<?>) at(answer, "result", "content")).hasSize(3);
  }

  // Requests that are wrong, and lines that are none.

  @Test
  void aWrongRequestIsRefusedAndAWrongArgumentIsAFailureOfTheTool() throws Exception {
    RawPeer peer =
        peerOf(
            ECHO,
            Tool.named("sum")
                .readOnly()
                .handles(Numbers.class, Sum.class, (n, call) -> new Sum(n.a() + n.b())));

    peer.call(1, "ecco", "{}");
    peer.request(2, "tools/call", "\"arguments\":{}");
    peer.call(3, "echo", "[1]");
    peer.request(4, "resources/list", "");
    peer.call(5, "sum", "{\"a\":1,\"b\":\"x\"}");
    peer.call(6, "sum", "{\"a\":1,\"b\":2}");
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L, 5L, 6L);

    assertThat(answers)
        .extracting(ServerOverStreamsTest::code)
        .containsExactly(-32602L, -32602L, -32602L, -32601L, null, null);
    assertThat(answers.get(0).toString()).contains("Did you mean \"echo\"?");
    assertThat(at(answers.get(4), "result", "isError")).isEqualTo(true);
    assertThat(kind(answers.get(4))).isEqualTo("invalid_argument");
    assertThat(at(answers.get(5), "result", "structuredContent")).isEqualTo(Map.of("sum", 3L));
    assertThat(textOf(answers.get(5))).isEqualTo("{\"sum\":3}");
  }

  /** Arguments of a test tool. */
  public record Numbers(int a, int b) {}

  /** The result of a test tool. */
  public record Sum(int sum) {}

  @Test
  void malformedInputIsAnsweredAndServingGoesOn() throws Exception {
    Limits limits = Limits.builder().maxMessageBytes(2_000).build();
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO), limits).initialized();

    peer.send("Listening on port 80");
    peer.send("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]");
    peer.send("{\"id\":2,\"method\":\"ping\"}");
    peer.send("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\",\"params\":[]}");
    peer.sendBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'});
    peer.send("{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\",\"params\":{\"n\":1e9999999999}}");
    peer.call(5, "echo", "{\"long\":\"" + "x".repeat(300_000) + "\"}");
    peer.send("");
    peer.sendBytes("\r\n".getBytes(UTF_8));
    peer.sendBytes("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"ping\"}\r\n".getBytes(UTF_8));
    List<Map<String, Object>> answers = peer.next(8);

    assertThat(answers)
        .extracting(a -> a.get("id"), ServerOverStreamsTest::code)
        .containsExactlyInAnyOrder(
            tuple(null, -32700L),
            tuple(null, -32600L),
            tuple(2L, -32600L),
            tuple(3L, -32600L),
            tuple(null, -32700L),
            tuple(null, -32700L),
            tuple(null, -32600L),
            tuple(6L, null));
    assertThat(answers.toString()).contains("longer than 2000 bytes");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void aMessageMayComeByteByByteAndManyAtOnce() throws Exception {
    RawPeer peer = peerOf(ECHO);

    for (byte b : "{\"jsonrpc\":\"2.0\",\"id\":\"ü\",\"method\":\"ping\"}\n".getBytes(UTF_8)) {
      peer.sendBytes(new byte[] {b});
    }
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      many.append("{\"jsonrpc\":\"2.0\",\"id\":").append(i).append(",\"method\":\"ping\"}\n");
    }
    peer.sendBytes(many.toString().getBytes(UTF_8));
    List<Object> ids = new ArrayList<>();
    peer.next(1_001).forEach(answer -> ids.add(answer.get("id")));

    assertThat(ids).contains("ü").doesNotHaveDuplicates();
    assertThat(peer.untilFence()).isEmpty();
  }

  // Calls at the same time.

  @Test
  void aSleepingToolDelaysNoCallNoPingAndNoCancellation() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CountDownLatch dozing = new CountDownLatch(1);
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "sleep",
                (call, context) -> {
                  wake.await();
                  return ToolResult.text("awake");
                }),
            tool(
                "doze",
                (call, context) -> {
                  dozing.countDown();
                  try {
                    wake.await();
                  } catch (InterruptedException e) {
                    interrupted.complete(context.cancelled());
                    throw e;
                  }
                  return ToolResult.text("awake");
                }));

    peer.call(1, "sleep", "{}");
    peer.call(2, "echo", "{\"a\":1}");
    peer.call(3, "doze", "{}");
    assertThat(peer.next().get("id")).isEqualTo(2L);
    assertThat(peer.untilFence()).isEmpty();
    assertThat(dozing.await(10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(3);
    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    peer.call(4, "echo", "{}");
    assertThat(peer.next().get("id")).isEqualTo(4L);
    wake.countDown();

    assertThat(textOf(peer.next())).isEqualTo("awake");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void manySlowCallsRunAtTheSameTimeAndOnFewReaders() throws Exception {
    int calls = 200;
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "sleep",
                (call, context) -> {
                  begun.release();
                  wake.await();
                  return ToolResult.text("awake");
                }));

    for (int i = 0; i < calls; i++) {
      peer.call(i, "sleep", "{}");
    }
    assertThat(begun.tryAcquire(calls, 20, TimeUnit.SECONDS)).isTrue();
    long readers =
        LeaksNothing.threads().stream().filter(t -> t.getName().contains("-reader-")).count();
    assertThat(peer.untilFence()).isEmpty();
    wake.countDown();
    List<Object> ids = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      ids.add(peer.next().get("id"));
    }

    assertThat(ids).doesNotHaveDuplicates().hasSize(calls);
    assertThat(readers).as("threads that read").isLessThan(20);
  }

  @Test
  void aCancelledCallHasNoResponseWhateverItsHandlerDoes() throws Exception {
    Semaphore begun = new Semaphore(0);
    Semaphore go = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "stubborn",
                (call, context) -> {
                  begun.release();
                  go.acquireUninterruptibly();
                  context.progress(1, 2, "nobody hears this");
                  return ToolResult.text(String.valueOf(context.cancelled()));
                }),
            tool(
                "fails",
                (call, context) -> {
                  begun.release();
                  new CountDownLatch(1).await();
                  return ToolResult.text("never");
                }));

    peer.request(1, "tools/call", "\"name\":\"stubborn\",\"_meta\":{\"progressToken\":9}");
    peer.call("two", "fails", "{}");
    assertThat(begun.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(1);
    peer.cancel("two");
    peer.cancel(77);
    peer.cancel(null);
    assertThat(peer.untilFence()).isEmpty();
    go.release(2);
    peer.call(2, "stubborn", "{}");

    assertThat(textOf(peer.next())).isEqualTo("false");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void aCallThatWaitsForAThreadIsCancelledBeforeItRuns() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    Limits limits = Limits.builder().maxHandlerThreads(1).build();
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              runs.incrementAndGet();
                              begun.release();
                              wake.await();
                              return ToolResult.text("awake");
                            })),
                limits)
            .initialized();
    peer.call(1, "sleep", "{}");
    assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    assertThat(peer.untilFence()).isEmpty();
    peer.call(2, "sleep", "{}");
    peer.call(3, "sleep", "{}");
    assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(3);
    assertThat(peer.untilFence()).isEmpty();

    wake.countDown();

    assertThat(List.of(peer.next().get("id"), peer.next().get("id")))
        .containsExactlyInAnyOrder(1L, 2L);
    assertThat(peer.untilFence()).isEmpty();
    assertThat(runs.get()).as("without virtual threads the third waits").isBetween(2, 3);
  }

  @Test
  void anIdIsRefusedWhileItsCallRunsAndFreeAfterwards() throws Exception {
    Semaphore wake = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "sleep",
                (call, context) -> {
                  wake.acquire();
                  return ToolResult.text("awake");
                }));

    peer.call(1, "sleep", "{}");
    peer.call(1, "sleep", "{}");
    peer.call("1", "sleep", "{}");
    Map<String, Object> refusal = peer.next();
    wake.release(2);
    List<Map<String, Object>> answers = List.of(peer.next(), peer.next());
    wake.release();
    peer.call(1, "sleep", "{}");

    assertThat(code(refusal)).isEqualTo(-32600L);
    assertThat(refusal.toString()).contains("still running");
    assertThat(answers).extracting(a -> a.get("id")).containsExactlyInAnyOrder(1L, "1");
    assertThat(textOf(peer.next())).isEqualTo("awake");
  }

  @Test
  void moreCallsThanTheLimitAreRefusedAndSayThatTheyWereNotExecuted() throws Exception {
    Semaphore wake = new Semaphore(0);
    AtomicInteger runs = new AtomicInteger();
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              runs.incrementAndGet();
                              wake.acquire();
                              return ToolResult.text("awake");
                            })),
                Limits.builder().maxCallsInFlight(3).build())
            .initialized();

    for (int i = 0; i < 5; i++) {
      peer.call(i, "sleep", "{}");
    }
    List<Map<String, Object>> refusals = peer.next(2);
    wake.release(4);
    List<Map<String, Object>> answers = List.of(peer.next(), peer.next(), peer.next());
    peer.call(9, "sleep", "{}");

    assertThat(refusals).extracting(ServerOverStreamsTest::code).containsExactly(-31001L, -31001L);
    assertThat(answers).allMatch(a -> textOf(a).equals("awake"));
    assertThat(textOf(peer.next())).isEqualTo("awake");
    assertThat(runs).hasValue(4);
  }

  // The end.

  @Test
  void theEndOfTheInputLetsRunningCallsBeAnswered() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "sleep",
                (call, context) -> {
                  begun.release();
                  wake.await();
                  return ToolResult.text("awake");
                }));
    for (int i = 0; i < 10; i++) {
      peer.call(i, "sleep", "{}");
    }
    assertThat(begun.tryAcquire(10, 10, TimeUnit.SECONDS)).isTrue();

    peer.endInput();
    wake.countDown();

    assertThat(peer.untilEnd()).hasSize(10).allMatch(a -> textOf(a).equals("awake"));
  }

  @Test
  void closingTheServerLetsRunningCallsFinishAndRefusesNewOnes() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger closings = new AtomicInteger();
    McpServer server =
        McpServer.builder()
            .tools(
                ToolSet.of(
                    List.of(
                        tool(
                            "sleep",
                            (call, context) -> {
                              begun.countDown();
                              wake.await();
                              return ToolResult.text("closed " + closings.get());
                            })),
                    closings::incrementAndGet))
            .build();
    RawPeer peer = new RawPeer().servedBy(server).initialized();
    opened.add(peer);
    peer.call(1, "sleep", "{}");
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    Thread closer = new Thread(server::close);
    closer.start();
    Map<String, Object> refusal;
    do {
      peer.call(2, "nothing", "{}");
      refusal = peer.next();
    } while (code(refusal).equals(-32602L));
    wake.countDown();

    assertThat(code(refusal)).isEqualTo(-31000L);
    assertThat(peer.untilEnd()).singleElement().matches(a -> textOf(a).equals("closed 0"));
    closer.join();
    server.close();
    assertThat(closings).hasValue(1);
  }

  @Test
  void aCallThatOutlivesTheGraceTimeIsInterruptedAndToldToItsCaller() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              begun.countDown();
                              try {
                                new CountDownLatch(1).await();
                              } finally {
                                interrupted.countDown();
                              }
                              return ToolResult.text("never");
                            })),
                Limits.builder().shutdownGrace(Duration.ofMillis(50)).build())
            .initialized();
    peer.call(1, "sleep", "{}");
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    opened.get(1).close();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(peer.untilEnd())
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.get("id")).isEqualTo(1L);
              assertThat(code(answer)).isEqualTo(-31000L);
              assertThat(answer.toString()).contains("may have been executed in part");
            });
  }

  // Questions to the user.

  private static final ServedTool DELETES =
      Tool.named("delete")
          .destructive()
          .handles(
              Schema.anyObject(),
              (call, context) -> {
                context.confirm("Delete " + call.arguments().get("what") + "?");
                return ToolResult.text("deleted " + call.arguments().get("what"));
              });

  @Test
  void inTheOlderEraTheUserIsAskedWhileTheCallRuns() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tools(ToolSet.of(DELETES, ECHO)));
    peer.initialized("2025-11-25", "{\"elicitation\":{}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Map<String, Object> yes = peer.next("elicitation/create");
    peer.call(2, "echo", "{}");
    assertThat(peer.next().get("id")).isEqualTo(2L);
    peer.respond(yes.get("id"), "{\"action\":\"accept\",\"content\":{}}");
    assertThat(textOf(peer.next())).isEqualTo("deleted a");
    assertThat(at(yes, "params", "message")).isEqualTo("Delete a?");
    assertThat(at(yes, "params", "requestedSchema", "type")).isEqualTo("object");
    assertThat(at(yes, "params", "mode")).isNull();

    for (String no : List.of("decline", "cancel")) {
      peer.call(3, "delete", "{\"what\":\"b\"}");
      peer.respond(peer.next("elicitation/create").get("id"), "{\"action\":\"" + no + "\"}");
      Map<String, Object> refused = peer.next();
      assertThat(kind(refused)).isEqualTo("declined");
      assertThat(textOf(refused)).contains("did not agree", "Delete b?");
    }
  }

  @Test
  void aQuestionThatTheClientRefusesIsANo() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized("2025-06-18", "{\"elicitation\":{}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    peer.send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + peer.next("elicitation/create").get("id")
            + ",\"error\":{\"code\":-32601,\"message\":\"what?\"}}");

    assertThat(kind(peer.next())).isEqualTo("declined");
  }

  @Test
  void aCancelledCallStopsWaitingForTheUserAndTellsTheClient() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized("2025-11-25", "{\"elicitation\":{\"form\":{}}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Object question = peer.next("elicitation/create").get("id");
    peer.cancel(1);

    assertThat(at(peer.next("notifications/cancelled"), "params", "requestId")).isEqualTo(question);
    peer.respond(question, "{\"action\":\"accept\"}");
    assertThat(peer.untilFence()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2025-11-25 | {}",
        "2025-11-25 | {\"sampling\":{}}",
        "2025-11-25 | {\"elicitation\":{\"url\":{}}}",
        "2025-03-26 | {\"elicitation\":{}}",
        "2024-11-05 | {\"elicitation\":{}}"
      })
  void aClientThatCannotAskGetsARefusal(String revision, String capabilities) throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized(revision, capabilities);

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Map<String, Object> answer = peer.next();

    assertThat(kind(answer)).isEqualTo("declined");
    assertThat(textOf(answer)).contains("this client cannot ask", "--yes");
  }

  private static String modern(String capabilities) {
    return RawPeer.MODERN.replace("Capabilities\":{}", "Capabilities\":" + capabilities);
  }

  @Test
  void inTheNewerEraTheQuestionIsAnAnswerAndTheYesComesWithTheNextRequest() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    String asks = modern("{\"elicitation\":{}}");
    String deleteA = "\"name\":\"delete\",\"arguments\":{\"what\":\"a\"}," + asks;
    String deleteB = "\"name\":\"delete\",\"arguments\":{\"what\":\"b\"}," + asks;

    peer.request(1, "tools/call", deleteA);
    Map<String, Object> question = peer.next();
    Map<?, ?> asked = (Map<?, ?>) at(question, "result", "inputRequests");
    String key = (String) asked.keySet().iterator().next();
    String responses = ",\"inputResponses\":{\"" + key + "\":{\"action\":\"%s\"}}";
    peer.request(2, "tools/call", deleteA + String.format(responses, "accept"));
    peer.request(3, "tools/call", deleteA + String.format(responses, "decline"));
    peer.request(4, "tools/call", deleteB + String.format(responses, "accept"));
    peer.request(5, "tools/call", deleteA + ",\"inputResponses\":{\"" + key + "\":\"yes\"}");
    peer.request(6, "tools/call", deleteA + ",\"inputResponses\":[1]");
    List<Map<String, Object>> answers = peer.answersTo(2L, 3L, 4L, 5L, 6L);

    assertThat(at(question, "result", "resultType")).isEqualTo("input_required");
    assertThat(asked).hasSize(1);
    assertThat(at(question, "result", "inputRequests", key, "method"))
        .isEqualTo("elicitation/create");
    assertThat(at(question, "result", "inputRequests", key, "params", "message"))
        .isEqualTo("Delete a?");
    assertThat(at(question, "result", "inputRequests", key, "params", "mode")).isEqualTo("form");
    assertThat(textOf(answers.get(0))).isEqualTo("deleted a");
    assertThat(kind(answers.get(1))).isEqualTo("declined");
    assertThat(answers.subList(2, 5))
        .extracting(a -> at(a, "result", "resultType"))
        .as("a yes to another question, and what is no answer at all")
        .containsOnly("input_required");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"elicitation\":{\"url\":{}}}"})
  void inTheNewerEraAClientThatCannotAskGetsARefusal(String capabilities) throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));

    peer.request(1, "tools/call", "\"name\":\"delete\",\"arguments\":{}," + modern(capabilities));

    assertThat(kind(peer.next())).isEqualTo("declined");
  }

  @Test
  void aServerThatAssumesYesAsksNobody() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES).assumeYes(true)).initialized();

    peer.call(1, "delete", "{\"what\":\"a\"}");

    assertThat(textOf(peer.next())).isEqualTo("deleted a");
  }

  // Progress, access, lists.

  @Test
  void progressReachesTheOneWhoAskedForItAndRises() throws Exception {
    RawPeer peer =
        peerOf(
            tool(
                "work",
                (call, context) -> {
                  context.progress(1, 3, "one");
                  context.progress(1, 3, "again");
                  context.progress(2, 0, "");
                  return ToolResult.text("done");
                }));

    peer.call(1, "work", "{}");
    assertThat(textOf(peer.next())).isEqualTo("done");
    peer.request(2, "tools/call", "\"name\":\"work\",\"_meta\":{\"progressToken\":\"p\"}");

    assertThat(peer.next("notifications/progress").get("params"))
        .isEqualTo(
            Json.parse(
                "{\"progressToken\":\"p\",\"progress\":1.0,\"total\":3.0,\"message\":\"one\"}"));
    assertThat(peer.next("notifications/progress").get("params"))
        .isEqualTo(Json.parse("{\"progressToken\":\"p\",\"progress\":2.0}"));
    assertThat(textOf(peer.next())).isEqualTo("done");
  }

  @Test
  void thereIsNoProgressAfterTheAnswer() throws Exception {
    AtomicReference<ToolContext> kept = new AtomicReference<>();
    RawPeer peer =
        peerOf(
            tool(
                "work",
                (call, context) -> {
                  kept.set(context);
                  return ToolResult.text("done");
                }));

    peer.request(1, "tools/call", "\"name\":\"work\",\"_meta\":{\"progressToken\":\"p\"}");
    assertThat(textOf(peer.next())).isEqualTo("done");
    kept.get().progress(1, 2, "too late");

    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void toolsThatAreNotAllowedAreNotListedAndSayWhichSwitchTheyNeed() throws Exception {
    RawPeer peer =
        peerOf(McpServer.builder().tools(ToolSet.of(ECHO, DELETES)).access(Access.READ_ONLY))
            .initialized();

    peer.request(1, "tools/list", "");
    peer.call(2, "delete", "{}");

    List<Map<String, Object>> answers = peer.answersTo(1L, 2L);
    assertThat(at(answers.get(0), "result", "tools").toString())
        .contains("echo")
        .doesNotContain("delete");
    Map<String, Object> refused = answers.get(1);
    assertThat(kind(refused)).isEqualTo("not_allowed");
    assertThat(textOf(refused)).contains("--allow-destructive");
  }

  @Test
  void aLongListComesInPagesAndABadCursorIsRefused() throws Exception {
    ServedTool[] tools = new ServedTool[5];
    Arrays.setAll(tools, i -> tool("tool" + i, (call, context) -> ToolResult.text("")));
    RawPeer peer =
        peerOf(
                McpServer.builder().tools(ToolSet.of(tools)),
                Limits.builder().toolsPerPage(2).build())
            .initialized();

    List<Object> names = new ArrayList<>();
    Object cursor = null;
    int pages = 0;
    do {
      peer.request(1, "tools/list", cursor == null ? "" : "\"cursor\":" + Json.print(cursor));
      Map<String, Object> page = peer.next();
      ((List<?>) at(page, "result", "tools")).forEach(t -> names.add(((Map<?, ?>) t).get("name")));
      cursor = at(page, "result", "nextCursor");
      pages++;
    } while (cursor != null);
    for (String bad : List.of("\"\"", "\"dG9vbDk\"", "\"%%\"", "7", "null")) {
      peer.request(2, "tools/list", "\"cursor\":" + bad);
    }

    assertThat(names).containsExactly("tool0", "tool1", "tool2", "tool3", "tool4");
    assertThat(pages).isEqualTo(3);
    assertThat(peer.next(5)).allMatch(a -> code(a).equals(-32602L));
  }

  @Test
  void aChangeOfTheToolsIsToldToClientsOfTheOlderEraOnly() throws Exception {
    AtomicReference<Runnable> change = new AtomicReference<>();
    ToolSet changing =
        new ToolSet() {
          @Override
          public List<ServedTool> tools() {
            return List.of(ECHO);
          }

          @Override
          public void onChange(Runnable listener) {
            change.set(listener);
          }
        };
    RawPeer peer = peerOf(McpServer.builder().tools(changing));

    change.get().run();
    assertThat(peer.untilFence()).isEmpty();
    peer.initialized();
    change.get().run();

    peer.next("notifications/tools/list_changed");
    assertThat(peer.untilFence()).isEmpty();
  }

  // Faults.

  @Test
  void aFaultOfAToolIsAFailureWithAnIdAndWithoutItsDetails() throws Exception {
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "throws",
                (call, context) -> {
                  throw new IllegalStateException("s3cret");
                }),
            tool("asserts", (call, context) -> fail(new AssertionError("s3cret"))),
            tool("overflows", (call, context) -> fail(new StackOverflowError("s3cret"))),
            tool("unlinked", (call, context) -> fail(new NoClassDefFoundError("s3cret"))),
            tool("outOfMemory", (call, context) -> fail(new OutOfMemoryError("s3cret"))),
            tool("null", (call, context) -> null),
            tool(
                "noJson",
                (call, context) ->
                    new ToolResult.Success(
                        List.of(), Optional.of(Map.of("x", new StringBuilder())), Map.of())),
            tool(
                "notANumber",
                (call, context) ->
                    new ToolResult.Success(
                        List.of(), Optional.of(Map.of("x", Double.NaN)), Map.of())),
            tool("tooDeep", (call, context) -> tooDeep()));

    List<String> names =
        List.of(
            "throws",
            "asserts",
            "overflows",
            "unlinked",
            "outOfMemory",
            "null",
            "noJson",
            "notANumber",
            "tooDeep");
    for (String name : names) {
      peer.call(name, name, "{}");
      Map<String, Object> answer = peer.next();
      assertThat(answer.get("id")).isEqualTo(name);
      assertThat(kind(answer)).as("%s", answer).isEqualTo("internal");
      assertThat(textOf(answer))
          .containsPattern(name + " failed because of a fault in it \\([0-9a-f]{8}\\)")
          .doesNotContain("s3cret");
    }
    peer.call(1, "echo", "{}");
    assertThat(textOf(peer.next())).isEqualTo("{}");
  }

  @Test
  void aToolSetThatFailsEndsOneRequestAndNotTheConnection() throws Exception {
    ToolSet broken =
        new ToolSet() {
          private boolean read;

          @Override
          public synchronized List<ServedTool> tools() {
            if (read) {
              throw new IllegalStateException("s3cret");
            }
            read = true;
            return List.of(ECHO);
          }
        };
    RawPeer peer = peerOf(McpServer.builder().tools(broken)).initialized();

    peer.request(1, "tools/list", "");
    peer.call(2, "echo", "{}");
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L);

    assertThat(answers).extracting(ServerOverStreamsTest::code).containsOnly(-32603L);
    assertThat(answers.toString()).doesNotContain("s3cret");
    assertThat(peer.untilFence()).isEmpty();
  }

  private static ToolResult fail(Error error) {
    throw error;
  }

  private static ToolResult tooDeep() {
    Object value = "x";
    for (int i = 0; i < 5_000; i++) {
      value = List.of(value);
    }
    return new ToolResult.Success(List.of(), Optional.of(Map.of("x", value)), Map.of());
  }

  @Test
  void anAnswerThatIsTooLargeIsReplacedByOneThatSaysSo() throws Exception {
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tools(
                        ToolSet.of(
                            ECHO,
                            tool("large", (call, context) -> ToolResult.text("x".repeat(5_000))))),
                Limits.builder().maxMessageBytes(2_000).build())
            .initialized();

    peer.call(1, "large", "{}");
    Map<String, Object> answer = peer.next();
    peer.call(2, "echo", "{}");

    assertThat(answer.get("id")).isEqualTo(1L);
    assertThat(code(answer)).isEqualTo(-32603L);
    assertThat(answer.toString()).contains("too large", "2000");
    assertThat(textOf(peer.next())).isEqualTo("{}");
  }

  // Peers that do not read.

  @Test
  void answersToManyRequestsInOneReadAreNotAllKeptInMemory() throws Exception {
    int requests = 70;
    AtomicInteger runs = new AtomicInteger();
    ToolResult large = ToolResult.text("x".repeat(64 << 10));
    Limits limits = Limits.builder().maxQueuedBytes(256 << 10).maxCallsInFlight(8).build();
    // Each its own tool, because one that was slow once runs elsewhere.
    ServedTool[] tools = new ServedTool[requests];
    Arrays.setAll(
        tools,
        i ->
            tool(
                "large" + i,
                (call, context) -> {
                  runs.incrementAndGet();
                  return large;
                }));
    RawPeer peer = unheardPeerOf(limits, tools);

    StringBuilder many = new StringBuilder();
    for (ServedTool tool : tools) {
      many.append("{\"jsonrpc\":\"2.0\",\"id\":\"")
          .append(tool.name())
          .append("\",\"method\":\"tools/call\",\"params\":{\"name\":\"")
          .append(tool.name())
          .append("\",")
          .append(RawPeer.MODERN)
          .append("}}\n");
    }
    peer.sendBytes(many.toString().getBytes(UTF_8));

    awaitCalm(runs::get);
    assertThat(runs.get()).as("8 calls, and what the queue and the pipe hold").isLessThan(30);
  }

  @Test
  void aPeerThatFloodsAndDoesNotReadHoldsUpItselfAndNotThisProcess() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Limits limits = Limits.builder().maxQueuedBytes(1_024).maxCallsInFlight(8).build();
    RawPeer peer =
        unheardPeerOf(
            limits,
            tool(
                "large",
                (call, context) -> {
                  begun.countDown();
                  go.await();
                  return ToolResult.text("x".repeat(1 << 20));
                }));
    peer.request(1, "tools/call", "\"name\":\"large\"," + RawPeer.MODERN);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    go.countDown();
    Thread flood =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 20_000; i++) {
                  peer.request(i, "ping", "");
                }
              } catch (IOException ended) {
                // as it should be
              }
            });

    flood.start();

    awaitCalm(
        () -> {
          int threads = LeaksNothing.threads().size();
          assertThat(threads).as("threads that peer costs").isLessThan(20);
          return threads;
        });
    peer.close();
    flood.join();
  }

  private RawPeer unheardPeerOf(Limits limits, ServedTool... tools) {
    McpServer server = McpServer.builder().limits(limits).tools(ToolSet.of(tools)).build();
    RawPeer peer = new RawPeer(limits).servedUnheardBy(server);
    opened.add(peer);
    opened.add(server);
    return peer;
  }

  /** Waits until a count stays what it is for far longer than one more takes. */
  private static void awaitCalm(IntSupplier count) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    int before;
    do {
      before = count.getAsInt();
      assertThat(never.await(200, TimeUnit.MILLISECONDS)).isFalse();
    } while (before != count.getAsInt());
  }
}

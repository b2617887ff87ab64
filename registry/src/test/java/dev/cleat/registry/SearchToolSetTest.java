// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.AsyncToolHandler;
import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolBuilder;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolHandler;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpClientBuilder;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many tools behind a search, served over real sessions of both eras. */
@ExtendWith(NoLeaks.class)
class SearchToolSetTest {
  private final Aside aside = new Aside();
  private final ManySet all = new ManySet();

  @AfterEach
  void end() {
    aside.close();
  }

  /** A set whose tools a test changes. */
  private static final class ManySet implements ToolSet {
    final List<ServedTool> tools = new CopyOnWriteArrayList<>();
    final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
    final List<String> always = new CopyOnWriteArrayList<>();
    boolean closed;

    @Override
    public List<ServedTool> tools() {
      return tools;
    }

    @Override
    public void onChange(ChangeListener listener) {
      listeners.add(listener);
    }

    @Override
    public List<Readiness> readiness() {
      return List.of(new Readiness("many", true, ""));
    }

    @Override
    public void close() {
      closed = true;
    }

    ToolSearch search() {
      List<Tool> listed = tools.stream().map(ServedTool::tool).toList();
      return ToolSearch.over(List.of(ManyTools.source(Namespace.of("many"), 1, listed)));
    }

    List<ServedTool> listed() {
      return tools.stream().filter(tool -> always.contains(tool.name())).toList();
    }
  }

  private void add(ToolBuilder tool, ToolHandler handler) {
    all.tools.add(tool.handles(Schema.anyObject(), handler));
  }

  private void add(String name, ToolHandler handler) {
    add(Tool.named(name).says("Does " + name + ".").readOnly(), handler);
  }

  private void addForeign(Tool tool) {
    all.tools.add(new ServedTool(tool, (call, context) -> ToolResult.text(tool.name())));
  }

  private SearchToolSet set(Access access) {
    return new SearchToolSet(all, access, all::search, all::listed);
  }

  private TestClient client(Era era) {
    return client(era, Access.DESTRUCTIVE);
  }

  private TestClient client(Era era, Access access) {
    return TestClient.inProcess(McpServer.builder().access(access).tools(set(access)).build(), era);
  }

  private static Map<String, Object> of(String name, Map<String, ?> arguments) {
    return Map.of("name", name, "arguments", arguments);
  }

  private static SearchTools.Answer find(TestClient client, String query) {
    return client.call("search_tools", Map.of("query", query)).succeedsAs(SearchTools.Answer.class);
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void aFewAreListedAndAllAreFoundAndCalled(Era era) {
    ManyTools.byNamespace()
        .forEach(
            (namespace, tools) -> ManyTools.qualified(namespace, tools).forEach(this::addForeign));
    add("roll", (call, context) -> ToolResult.text("six"));
    all.always.add("roll");

    try (TestClient client = client(era)) {
      assertThat(client.tools())
          .extracting(Tool::name)
          .containsExactly("search_tools", "call_tool", "roll");
      SearchTools.Answer found = find(client, "list pods in a namespace");
      assertThat(found.tools()).hasSize(5);
      SearchTools.Row first = found.tools().get(0);
      assertThat(first.name()).isEqualTo("k8s__pods_list_in_namespace");
      assertThat(first.effect()).isEqualTo("unknown");
      assertThat(first.description()).startsWith("List all the Kubernetes pods in the specified");
      assertThat(first.inputSchema().orElseThrow().toString()).contains("labelSelector");
      assertThat(found.truncated()).isTrue();
      assertThat(found.summary()).matches("The best 5 of \\d+ that have any of these words\\.");
      client
          .call("call_tool", of(first.name(), Map.of("namespace", "default")))
          .succeedsWithText(first.name());
      client.call(first.name(), Map.of()).succeedsWithText(first.name());
      client.call("roll", Map.of()).succeedsWithText("six");
      client.call("call_tool", Map.of("name", "roll")).succeedsWithText("six");
    }
  }

  @Test
  void whatAToolMayDoIsSaid() {
    add(Tool.named("a_get").readOnly(), (call, context) -> ToolResult.text(""));
    add(Tool.named("b_put").writes(), (call, context) -> ToolResult.text(""));
    add(Tool.named("c_drop").destructive(), (call, context) -> ToolResult.text(""));
    addForeign(
        new Tool(
            "d_feed",
            Optional.of("From \tits\ntitle"),
            " ",
            Schema.anyObject(),
            Optional.empty(),
            ToolHints.UNKNOWN,
            Map.of()));

    try (TestClient client = client(Era.STATELESS)) {
      SearchTools.Answer found = find(client, "get put drop feed");

      assertThat(found.tools())
          .extracting(SearchTools.Row::effect)
          .containsExactlyInAnyOrder("reads", "writes", "destroys", "unknown");
      assertThat(found.tools()).extracting(SearchTools.Row::description).contains("From its title");
      assertThat(found.summary()).isEqualTo("All 4 that have any of these words.");
      assertThat(found.truncated()).isFalse();
      assertThat(find(client, "elephant").summary())
          .isEqualTo("No tool has any of these words. Try others.");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void whatIsNotAllowedIsNeitherFoundNorCalled(Era era) {
    add(Tool.named("list_files").readOnly(), (call, context) -> ToolResult.text("a b"));
    add(Tool.named("delete_files").destructive(), (call, context) -> ToolResult.text("gone"));

    try (TestClient client = client(era, Access.READ_ONLY)) {
      assertThat(client.tools()).extracting(Tool::name).contains("search_tools", "call_tool");
      SearchTools.Answer found = find(client, "files");
      assertThat(found.tools()).extracting(SearchTools.Row::name).containsExactly("list_files");
      assertThat(found.truncated()).isFalse();
      ToolResult direct = client.call("delete_files", Map.of()).result();
      assertThat(client.call("call_tool", of("delete_files", Map.of())).result())
          .isEqualTo(direct)
          .isInstanceOfSatisfying(
              ToolResult.Failure.class,
              refused -> assertThat(refused.kind()).isEqualTo(FailureKind.NOT_ALLOWED));
      client.call("call_tool", of("list_files", Map.of())).succeedsWithText("a b");
      assertThat(
              client
                  .call("call_tool", of("delete_file", Map.of()))
                  .failsWith(FailureKind.NOT_FOUND)
                  .text())
          .doesNotContain("delete_files");
    }
  }

  @Test
  void wrongArgumentsAreNamed() {
    add("echo", (call, context) -> ToolResult.text(Json.print(call.arguments())));
    try (TestClient client = client(Era.STATELESS)) {
      assertThat(fails(client, Map.of())).contains("name has to be the name of a tool.");
      assertThat(fails(client, Map.of("name", 5))).contains("name has to be the name of a tool.");
      assertThat(fails(client, Map.of("name", "echo", "arguments", "{}")))
          .contains("arguments has to be an object");
      assertThat(fails(client, Map.of("name", "echo", "argument", Map.of())))
          .contains("argument is unknown. Did you mean \"arguments\"?");
      assertThat(
              client
                  .call("call_tool", Map.of("name", "eco"))
                  .failsWith(FailureKind.NOT_FOUND)
                  .text())
          .isEqualTo(
              "There is no tool \"eco\". Did you mean \"echo\"? search_tools tells what there is.");
      client
          .call("call_tool", of("echo", Map.of("a", List.of(1, Map.of()))))
          .succeedsWithText("{\"a\":[1,{}]}");
      assertThat(
              client
                  .call("search_tools", Map.of("query", "?!"))
                  .failsWith(FailureKind.INVALID_ARGUMENT)
                  .text())
          .contains("There is no word in the search text");
      client
          .call("search_tools", Map.of("query", "a", "limit", 26))
          .failsWith(FailureKind.INVALID_ARGUMENT);
    }
  }

  private static String fails(TestClient client, Map<String, ?> arguments) {
    return client.call("call_tool", arguments).failsWith(FailureKind.INVALID_ARGUMENT).text();
  }

  @Test
  void answersAreBounded() {
    String huge = "x".repeat(20_000);
    for (int i = 0; i < 25; i++) {
      addForeign(
          ManyTools.tool(
              "get_" + i, "word \n\t".repeat(50_000), Map.of("type", "object", "title", huge)));
    }
    try (TestClient client = client(Era.STATELESS)) {
      ToolResult.Success success =
          client.call("search_tools", Map.of("query", "get", "limit", 25)).succeeds();
      SearchTools.Answer found = success.as(SearchTools.Answer.class);

      assertThat(found.tools()).hasSize(25);
      assertThat(found.tools()).filteredOn(row -> row.inputSchema().isPresent()).hasSize(1);
      assertThat(found.tools())
          .allSatisfy(row -> assertThat(row.description()).hasSize(300).endsWith("…"));
      assertThat(found.summary())
          .contains("Too long to show here: the input schema of get_1, ")
          .endsWith("Search for one name with limit 1.");
      assertThat(success.text()).hasSizeLessThan(60_000);
      assertThat(
              client
                  .call("search_tools", Map.of("query", "get_7", "limit", 1))
                  .succeedsAs(SearchTools.Answer.class)
                  .tools()
                  .get(0)
                  .inputSchema())
          .isPresent();
    }
  }

  @Test
  void aCutDescriptionEndsInAWholeCharacter() {
    addForeign(ManyTools.tool("face", "x".repeat(298) + "😀 and more", ""));
    try (TestClient client = client(Era.STATELESS)) {
      assertThat(find(client, "face").tools().get(0).description())
          .isEqualTo("x".repeat(298) + "…");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void progressAndQuestionsPassThrough(Era era) {
    ToolHandler asking =
        (call, context) -> {
          context.confirm("Delete everything?");
          context.progress(1, 2, "half");
          return ToolResult.text("deleted");
        };
    AsyncToolHandler later =
        (call, context) -> {
          context.confirm("Delete everything?");
          context.progress(1, 2, "half");
          return CompletableFuture.supplyAsync(() -> ToolResult.text("deleted"));
        };
    add("now", asking);
    add("later", later);
    for (String tool : List.of("now", "later")) {
      List<String> heard = Collections.synchronizedList(new ArrayList<>());
      try (Wireless wireless = new Wireless();
          McpServer server = McpServer.builder().tools(set(Access.DESTRUCTIVE)).build()) {
        server.accept(wireless.server);
        McpClient client = asking(era, wireless);
        ToolCall call =
            ToolCall.of("call_tool", of(tool, Map.of())).withListener(new Person(heard));
        assertThat(client.callTool(call).text()).isEqualTo("deleted");
      }
      assertThat(heard).as(tool).containsExactly("Delete everything?", "half");
    }
  }

  /** A client that declares what its callers answer, which the older era wants beforehand. */
  private static McpClient asking(Era era, Wireless wireless) {
    McpClientBuilder client =
        McpClient.over(() -> wireless.client).callersAnswer(Person.CAPABILITIES);
    return (era == Era.HANDSHAKE ? client.handshakeOnly() : client).connect();
  }

  private record Person(List<String> heard) implements CallListener {
    static final ClientCapabilities CAPABILITIES =
        new ClientCapabilities(true, false, false, false, false, false);

    @Override
    public boolean wantsProgress() {
      return true;
    }

    @Override
    public void progress(double done, double total, String message) {
      heard.add(message);
    }

    @Override
    public ClientCapabilities capabilities() {
      return CAPABILITIES;
    }

    @Override
    public InputResponse answer(InputRequest request) {
      heard.add(((InputRequest.Form) request).message());
      return InputResponse.Elicited.accepted(Map.of());
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void failuresAreThoseOfTheTool(Era era) {
    add(
        "broken",
        (call, context) -> {
          throw new IllegalStateException("secret detail");
        });
    add(
        "refusing",
        (call, context) -> {
          throw ToolFailure.notFound("No such pod.", "List them.");
        });
    add(
        "unknown",
        (AsyncToolHandler)
            (call, context) ->
                CompletableFuture.failedFuture(new McpException.OutcomeUnknown("It was sent.")));
    try (TestClient client = client(era)) {
      assertThat(
              client
                  .call("call_tool", of("broken", Map.of()))
                  .failsWith(FailureKind.INTERNAL)
                  .text())
          .doesNotContain("secret");
      client.call("call_tool", of("refusing", Map.of())).failsWith(FailureKind.NOT_FOUND);
      client.call("call_tool", of("unknown", Map.of())).failsWith(FailureKind.OUTCOME_UNKNOWN);
    }
  }

  @Test
  void cancellingReachesAToolThatKeepsItsThread() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    add(
        "wait",
        (call, context) -> {
          entered.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
          }
          return ToolResult.text("never");
        });
    try (TestClient client = client(Era.STATELESS)) {
      CompletableFuture<ToolResult> running =
          client.client().callToolAsync(ToolCall.of("call_tool", of("wait", Map.of())));
      Aside.await(entered);

      running.cancel(true);

      Aside.await(interrupted);
    }
  }

  @Test
  void cancellingReachesAToolThatGoesOnByItself() throws Exception {
    CompletableFuture<ToolResult> never = new CompletableFuture<>();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    var unused = never.whenComplete((result, failure) -> cancelled.countDown());
    add(
        "wait",
        (AsyncToolHandler)
            (call, context) -> {
              entered.countDown();
              return never;
            });
    try (TestClient client = client(Era.HANDSHAKE)) {
      CompletableFuture<ToolResult> running =
          client.client().callToolAsync(ToolCall.of("call_tool", of("wait", Map.of())));
      Aside.await(entered);

      running.cancel(true);

      Aside.await(cancelled);
      assertThat(never).isCancelled();
    }
  }

  @Test
  void aToolThatKeepsItsThreadHoldsUpNobodyElse() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    add(
        "wait",
        (call, context) -> {
          entered.countDown();
          go.await();
          return ToolResult.text("done");
        });
    add("quick", (call, context) -> ToolResult.text("quick"));
    try (TestClient client = client(Era.STATELESS)) {
      Future<ToolResult> running =
          aside.call(() -> client.call("call_tool", of("wait", Map.of())).result());
      Aside.await(entered);

      client.call("call_tool", of("quick", Map.of())).succeedsWithText("quick");

      go.countDown();
      assertThat(Aside.get(running).text()).isEqualTo("done");
    }
  }

  @Test
  void callersOfThisProcessAreServedAlike() {
    add("echo", (call, context) -> ToolResult.text(call.tool() + Json.print(call.arguments())));
    try (McpClient client = McpClient.of("many", set(Access.DESTRUCTIVE))) {
      ToolCall call = ToolCall.of("call_tool", of("echo", Map.of("a", 1)));
      assertThat(client.callTool(call).text()).isEqualTo("echo{\"a\":1}");
    }
    assertThat(all.closed).isTrue();
  }

  @Test
  void afterItsCloseNothingIsCalled() {
    add("echo", (call, context) -> ToolResult.text("x"));
    SearchToolSet set = set(Access.DESTRUCTIVE);
    set.close();
    try (McpClient client = McpClient.of("many", set)) {
      assertThat(client.callTool(ToolCall.of("call_tool", Map.of("name", "echo"))))
          .isInstanceOfSatisfying(
              ToolResult.Failure.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }
  }

  @Test
  void toolsOfTheSameNamesAreReachedThroughTheCall() {
    add("search_tools", (call, context) -> ToolResult.text("theirs"));
    all.always.add("search_tools");
    try (TestClient client = client(Era.STATELESS)) {
      assertThat(client.tools())
          .extracting(Tool::name)
          .containsExactly("search_tools", "call_tool");
      client.call("call_tool", Map.of("name", "search_tools")).succeedsWithText("theirs");
      assertThat(find(client, "search tools").tools())
          .extracting(SearchTools.Row::name)
          .containsExactly("search_tools");
    }
  }

  @Test
  void onlyChangesOfTheListAreTold() {
    add("old", (call, context) -> ToolResult.text("x"));
    List<Object> heard = new ArrayList<>();
    AtomicReference<ChangeListener> told = new AtomicReference<>();
    SearchToolSet set = set(Access.DESTRUCTIVE);
    set.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            heard.add(catalog);
          }

          @Override
          public void updated(String resourceUri) {
            heard.add(resourceUri);
          }
        });
    told.set(all.listeners.get(0));

    add("hidden", (call, context) -> ToolResult.text("x"));
    told.get().changed(Catalog.TOOLS);
    assertThat(heard).isEmpty();

    add("shown", (call, context) -> ToolResult.text("x"));
    all.always.add("shown");
    told.get().changed(Catalog.TOOLS);
    told.get().changed(Catalog.TOOLS);
    told.get().changed(Catalog.PROMPTS);
    told.get().updated("file:///a");

    assertThat(heard).containsExactly(Catalog.TOOLS, Catalog.PROMPTS, "file:///a");
  }

  @Test
  void whatIsNoToolIsThatOfTheSetBehind() {
    SearchToolSet set = set(Access.DESTRUCTIVE);

    assertThat(set.readiness()).isEqualTo(all.readiness());
    assertThat(set.prompts()).isEmpty();
    assertThat(set.resources()).isEmpty();
    assertThat(set.templates()).isEmpty();
    assertThat(set.catalogs()).isEqualTo(all.catalogs());
    set.close();
  }
}

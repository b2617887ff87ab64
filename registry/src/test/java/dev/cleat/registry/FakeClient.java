// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.PeerInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client without a server: it answers with its own name, does what a test tells it to, and keeps
 * a journal of what was done to it. Calls that run when its connection ends learn so, as with a
 * real one.
 */
final class FakeClient implements McpClient {
  private static final Object GO = new Object();

  private final String name;
  private volatile List<Tool> tools;

  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  private volatile Consumer<ToolCall> onCall = call -> {};
  private volatile Runnable onList = () -> {};
  private volatile Runnable onClose = () -> {};
  private volatile Runnable onHook = () -> {};
  private volatile Runnable onPing = () -> {};
  private volatile @Nullable Function<ToolCall, CompletableFuture<ToolResult>> onAsyncCall;
  private volatile CompletableFuture<Object> callsGo = CompletableFuture.completedFuture(GO);

  final CountDownLatch called = new CountDownLatch(1);
  final CountDownLatch listed = new CountDownLatch(1);
  final AtomicInteger calls = new AtomicInteger();
  final AtomicInteger lists = new AtomicInteger();
  final AtomicInteger pings = new AtomicInteger();
  final AtomicInteger running = new AtomicInteger();
  final AtomicInteger closings = new AtomicInteger();
  final AtomicInteger usesAfterClose = new AtomicInteger();
  final AtomicInteger closedUnderCalls = new AtomicInteger();
  private final CompletableFuture<Thread> closedBy = new CompletableFuture<>();
  private volatile boolean closing;

  FakeClient(String name, String... tools) {
    this.name = name;
    this.tools = named(tools.length == 0 ? new String[] {"echo"} : tools);
  }

  static Tool tool(String name) {
    return new Tool(
        name,
        Optional.empty(),
        "",
        Schema.anyObject(),
        Optional.empty(),
        ToolHints.UNKNOWN,
        Map.of());
  }

  private static List<Tool> named(String... names) {
    List<Tool> named = new ArrayList<>();
    for (String name : names) {
      named.add(tool(name));
    }
    return named;
  }

  // What a test tells it to do.

  /** Its calls wait for {@link #letCallsFinish}. */
  FakeClient holdingCalls() {
    callsGo = new CompletableFuture<>();
    return this;
  }

  void letCallsFinish() {
    callsGo.complete(GO);
  }

  /** Its tools are these. */
  FakeClient offering(Tool... newTools) {
    tools = List.of(newTools);
    return this;
  }

  /** Does something, such as throwing, at the begin of each call. */
  FakeClient onCall(Consumer<ToolCall> hook) {
    onCall = hook;
    return this;
  }

  /** Does this with calls that have no thread, instead of making them. */
  FakeClient onAsyncCall(Function<ToolCall, CompletableFuture<ToolResult>> hook) {
    onAsyncCall = hook;
    return this;
  }

  /** Does something, such as throwing or waiting, when its tools are listed. */
  FakeClient onList(Runnable hook) {
    onList = hook;
    return this;
  }

  FakeClient onClose(Runnable hook) {
    onClose = hook;
    return this;
  }

  /** Does something, such as throwing, when somebody wants to be told of changes. */
  FakeClient onHook(Runnable hook) {
    onHook = hook;
    return this;
  }

  /** Does something, such as throwing, when it is asked for a sign of life. */
  FakeClient onPing(Runnable hook) {
    onPing = hook;
    return this;
  }

  /** Its server has other tools from now on, and says so. */
  void changeTools(String... names) {
    tools = named(names);
    sayToolsChanged();
  }

  void sayToolsChanged() {
    listeners.forEach(listener -> listener.changed(Catalog.TOOLS));
  }

  /** Its connection is gone. */
  void lose(String reason) {
    ended.complete(reason);
  }

  // What was done to it.

  void awaitCall() throws InterruptedException {
    Aside.await(called);
  }

  /** Waits until it is closed, and tells who did it. */
  Thread awaitClosed() throws Exception {
    return Aside.get(closedBy);
  }

  boolean isClosed() {
    return closing;
  }

  /** Closed once, and neither used after that nor closed while it was used. */
  void assertClosedProperly() throws Exception {
    awaitClosed();
    assertThat(closings).as("closings of %s", name).hasValue(1);
    assertThat(usesAfterClose).as("uses of %s after its close", name).hasValue(0);
    assertThat(closedUnderCalls).as("calls that %s was closed under", name).hasValue(0);
  }

  // What it is.

  @Override
  public PeerInfo peer() {
    return new PeerInfo(name, "1", "", Optional.empty());
  }

  @Override
  public List<Tool> listTools() {
    lists.incrementAndGet();
    use();
    List<Tool> now = tools;
    listed.countDown();
    onList.run();
    return now;
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    use();
    running.incrementAndGet();
    try {
      calls.incrementAndGet();
      onCall.accept(call);
      called.countDown();
      awaitGo();
      return ToolResult.text(name);
    } finally {
      running.decrementAndGet();
    }
  }

  @Override
  public CompletableFuture<ToolResult> callToolAsync(ToolCall call) {
    Function<ToolCall, CompletableFuture<ToolResult>> hook = onAsyncCall;
    return hook == null ? McpClient.super.callToolAsync(call) : hook.apply(call);
  }

  private void awaitGo() {
    try {
      if (CompletableFuture.anyOf(callsGo, ended).get() != GO) {
        throw new McpException.OutcomeUnknown("The call was sent: " + ended.join());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled("the call", true);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void use() {
    if (closing) {
      usesAfterClose.incrementAndGet();
      throw new McpException.Closed(name + " is closed");
    }
    if (ended.isDone()) {
      throw new McpException.NotSent("The call was not sent: " + ended.join());
    }
  }

  @Override
  public void ping(Duration limit) {
    pings.incrementAndGet();
    use();
    onPing.run();
  }

  @Override
  public void onChange(ChangeListener listener) {
    onHook.run();
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public void close() {
    closing = true;
    closings.incrementAndGet();
    closedUnderCalls.addAndGet(running.get());
    try {
      onClose.run();
    } finally {
      ended.complete("it was closed");
      closedBy.complete(Thread.currentThread());
    }
  }

  @Override
  public String toString() {
    return name;
  }
}

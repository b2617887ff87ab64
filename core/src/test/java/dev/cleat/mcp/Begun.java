// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.AsyncToolHandler;
import dev.cleat.RequestContext;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Calls that were begun, in their order, to be ended by the test. */
final class Begun implements AsyncToolHandler {
  final List<CompletableFuture<ToolResult>> calls = new ArrayList<>();
  final List<RequestContext> contexts = new ArrayList<>();
  final Set<Thread> threads = new HashSet<>();

  @Override
  public synchronized CompletableFuture<ToolResult> begin(ToolCall call, RequestContext context) {
    CompletableFuture<ToolResult> answer = new CompletableFuture<>();
    calls.add(answer);
    contexts.add(context);
    threads.add(Thread.currentThread());
    return answer;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Access;
import dev.cleat.AsyncToolHandler;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.RequestContext;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.WorkThreads;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * {@code call_tool}: calls a tool of a set by its name. Its caller gets what a direct call would
 * have given: the same progress, questions, cancellation, refusals and failures.
 */
final class CallTool {
  static final String NAME = "call_tool";

  private static final String TOOL = "name";
  private static final String ARGUMENTS = "arguments";

  /** A thread that has had no call for so long is given up. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final ToolSet tools;
  private final Access access;

  // For tools that keep the thread in which they are called; how many there can be is bounded by
  // how many calls the server lets in. No thread is started before it is needed.
  private final ExecutorService threads =
      WorkThreads.create("cleat-called", Limits.defaults().maxHandlerThreads(), IDLE);

  CallTool(ToolSet tools, Access access) {
    this.tools = tools;
    this.access = access;
  }

  ServedTool tool() {
    return new ServedTool(
        new Tool(
            NAME,
            Optional.of("Call a tool"),
            "Use this to call a tool that "
                + SearchTools.NAME
                + " has found: by its name, with the arguments that its input schema describes."
                + " Answers as that tool does.",
            Schema.of(schema()),
            Optional.empty(),
            // It does what the called tool does, and that is checked when it is known.
            ToolHints.UNKNOWN,
            Map.of()),
        (AsyncToolHandler) this::begin);
  }

  private static Map<String, Object> schema() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(
        TOOL,
        Map.of("type", "string", "description", "The name that " + SearchTools.NAME + " gave."));
    properties.put(
        ARGUMENTS,
        Map.of("type", "object", "description", "Its arguments; none when this is left out."));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", List.of(TOOL));
    schema.put("additionalProperties", false);
    return schema;
  }

  private CompletableFuture<ToolResult> begin(ToolCall call, RequestContext context)
      throws Exception {
    ToolCall wanted = wanted(call);
    ServedTool found = tools.find(wanted.tool()).orElseThrow(() -> unknown(wanted.tool()));
    Optional<ToolResult.Failure> refusal = access.refusal(found.tool());
    if (refusal.isPresent()) {
      return CompletableFuture.completedFuture(refusal.get());
    }
    return found.handler() instanceof AsyncToolHandler async
        ? async.begin(wanted, context)
        : beginAside(found, wanted, context);
  }

  /** Calls a tool that returns only with its answer in a thread of its own. */
  private CompletableFuture<ToolResult> beginAside(
      ServedTool found, ToolCall call, RequestContext context) {
    CompletableFuture<ToolResult> outcome = new CompletableFuture<>();
    Future<?> running;
    try {
      running =
          threads.submit(
              () -> {
                try {
                  outcome.complete(found.handler().handle(call, context));
                } catch (Throwable failure) {
                  outcome.completeExceptionally(failure);
                }
              });
    } catch (RejectedExecutionException closed) {
      throw ToolFailure.unavailable("This server is ending and takes no new calls.", "");
    }
    // A cancelled call interrupts its thread; for one that has ended this does nothing.
    var unused = outcome.whenComplete((result, failure) -> running.cancel(true));
    return outcome;
  }

  /** The call that this one asks for. */
  private static ToolCall wanted(ToolCall call) {
    Map<String, Object> given = call.arguments();
    for (String key : given.keySet()) {
      if (!key.equals(TOOL) && !key.equals(ARGUMENTS)) {
        throw wrong(
            Text.shown(key)
                + " is unknown."
                + Text.didYouMean(key, Set.of(TOOL, ARGUMENTS))
                + " The arguments of the tool go into \"arguments\".");
      }
    }
    if (!(given.get(TOOL) instanceof String name)) {
      throw wrong("name has to be the name of a tool.");
    }
    Object arguments = given.getOrDefault(ARGUMENTS, Map.of());
    if (!(arguments instanceof Map<?, ?> object)) {
      throw wrong("arguments has to be an object, such as {\"path\": \"/tmp\"}.");
    }
    return new ToolCall(
        name, Json.object(object), call.timeout(), call.listener(), call.meta(), call.repeatable());
  }

  private static ToolFailure wrong(String why) {
    return ToolFailure.invalidArgument(
        "The arguments of " + NAME + " are wrong: " + why, "It takes name (required), arguments.");
  }

  private ToolFailure unknown(String name) {
    List<String> names =
        tools.tools().stream()
            .filter(tool -> access.allows(tool.tool().hints()))
            .map(ServedTool::name)
            .toList();
    return ToolFailure.notFound(
        "There is no tool \"" + Text.shown(name) + "\"." + Text.didYouMean(name, names),
        SearchTools.NAME + " tells what there is.");
  }

  void close() {
    threads.shutdownNow();
  }
}

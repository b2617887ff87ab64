// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.AsyncToolHandler;
import dev.cleat.CallListener;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.ResourceContents;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The requests that run code of the application: calls, prompts, reads and completions. */
final class ServerCalls {
  private final ServerSettings settings;

  ServerCalls(ServerSettings settings) {
    this.settings = settings;
  }

  /** What runs, and may ask the client. */
  interface Execution {
    /**
     * The result in the asker's words, still without what every result carries.
     *
     * @throws McpException.Protocol when it is refused
     * @throws InputRequired when the client has to be asked first
     */
    Map<String, Object> run(ServerContext context);

    /** Whether it is begun with {@link #begin}, and not run. */
    default boolean goesOnByItself() {
      return false;
    }

    /** Begins what ends without keeping a thread. Whatever goes wrong is in the future. */
    default CompletableFuture<ToolResult> begin(ServerContext context) {
      throw new UnsupportedOperationException("It is run, and not begun");
    }

    /** What {@link #run} would have returned or thrown, when what was begun has ended like that. */
    default Map<String, Object> ended(
        @Nullable ToolResult result, @Nullable Throwable failure, ServerContext context) {
      throw new UnsupportedOperationException("It is run, and not begun");
    }

    /**
     * The result in place of one that is no JSON.
     *
     * @throws McpException.Protocol when there is none
     */
    default Map<String, Object> unwritable(Throwable why) {
      throw Invocation.fault("The answer", why);
    }
  }

  /**
   * A request that may be executed.
   *
   * @param what names it, for its pace and in messages
   */
  record Prepared(String what, Asker asker, Execution execution) {}

  static boolean handles(String method) {
    switch (method) {
      case Protocol.TOOLS_CALL:
      case Wire.PROMPTS_GET:
      case Wire.RESOURCES_READ:
      case Wire.COMPLETE:
        return true;
      default:
        return false;
    }
  }

  /**
   * Reads a request.
   *
   * @throws McpException.Protocol when it makes no sense
   */
  Prepared prepare(Message.Request request, Asker asker) {
    Map<String, Object> params = request.params();
    switch (request.method()) {
      case Protocol.TOOLS_CALL:
        return prepareCall(params, asker);
      case Wire.PROMPTS_GET:
        return preparePrompt(params, asker);
      case Wire.RESOURCES_READ:
        return prepareRead(params, asker);
      default:
        return prepareCompletion(params, asker);
    }
  }

  private Prepared prepareCall(Map<String, Object> params, Asker asker) {
    String name = required(params, "name", "the name of a tool");
    Map<String, Object> arguments = arguments(params);
    ServedTool tool =
        settings
            .catalogs()
            .tool(name)
            .orElseThrow(
                () -> refused(Protocol.INVALID_PARAMS, settings.catalogs().unknownTool(name)));
    ToolCall call =
        new ToolCall(
            name, arguments, Optional.empty(), CallListener.NONE, traceContext(Wire.meta(params)));
    return new Prepared(name, asker, new ToolExecution(tool, call, asker));
  }

  private final class ToolExecution implements Execution {
    private final ServedTool tool;
    private final ToolCall call;
    private final Asker asker;

    ToolExecution(ServedTool tool, ToolCall call, Asker asker) {
      this.tool = tool;
      this.call = call;
      this.asker = asker;
    }

    @Override
    public Map<String, Object> run(ServerContext context) {
      Optional<ToolResult.Failure> refusal = settings.access().refusal(tool.tool());
      ToolResult result =
          refusal.isPresent()
              ? refusal.get()
              : Invocation.run(tool, call.withListener(context.asListener()), context);
      return ToolJson.write(result, asker.revision());
    }

    @Override
    public boolean goesOnByItself() {
      return tool.handler() instanceof AsyncToolHandler;
    }

    @Override
    public CompletableFuture<ToolResult> begin(ServerContext context) {
      Optional<ToolResult.Failure> refusal = settings.access().refusal(tool.tool());
      return refusal.isPresent()
          ? CompletableFuture.completedFuture(refusal.get())
          : Invocation.begin(
              (AsyncToolHandler) tool.handler(), call.withListener(context.asListener()), context);
    }

    @Override
    public Map<String, Object> ended(
        @Nullable ToolResult result, @Nullable Throwable failure, ServerContext context) {
      return ToolJson.write(Invocation.ended(tool, result, failure, context), asker.revision());
    }

    @Override
    public Map<String, Object> unwritable(Throwable why) {
      return ToolJson.write(Invocation.fault(tool, why), asker.revision());
    }
  }

  private Prepared preparePrompt(Map<String, Object> params, Asker asker) {
    String name = required(params, "name", "the name of a prompt");
    Map<String, Object> arguments = arguments(params);
    ServedPrompt prompt =
        settings
            .catalogs()
            .prompt(name)
            .orElseThrow(
                () -> refused(Protocol.INVALID_PARAMS, settings.catalogs().unknownPrompt(name)));
    return new Prepared(
        "prompt " + name,
        asker,
        context ->
            PromptJson.write(
                Invocation.refusing(
                    "The prompt " + name, context, () -> Lookup.prompt(prompt, arguments, context)),
                asker.revision()));
  }

  private Prepared prepareRead(Map<String, Object> params, Asker asker) {
    String uri = required(params, "uri", "the URI of a resource");
    Lookup.Found found =
        Lookup.resource(settings.catalogs().sets(), uri)
            .orElseThrow(() -> noSuchResource(uri, asker));
    return new Prepared(
        "resource " + uri.substring(0, Math.max(0, uri.indexOf(':'))),
        asker,
        context -> {
          List<ResourceContents> contents;
          try {
            contents =
                Invocation.refusing(
                    "The resource " + Text.shown(uri),
                    context,
                    () -> found.handler().read(found.request(), context));
          } catch (McpException.NotFound gone) {
            throw noSuchResource(uri, asker);
          }
          Map<String, Object> result =
              Wire.object("contents", contents.stream().map(ResourceJson::write).toList());
          if (asker.isStateless()) {
            ServerDispatch.putCache(result, found.cache());
          }
          return result;
        });
  }

  private Prepared prepareCompletion(Map<String, Object> params, Asker asker) {
    Map<String, Object> ref = Wire.object(params.get("ref")).orElse(Map.of());
    Map<String, Object> argument = Wire.object(params.get("argument")).orElse(Map.of());
    String name = required(argument, "name", "the name of an argument, in params.argument");
    String typed = Wire.text(argument.get("value")).orElse("");
    Map<String, String> others = new LinkedHashMap<>();
    Wire.object(params.get("context"))
        .flatMap(context -> Wire.object(context.get("arguments")))
        .orElse(Map.of())
        .forEach((key, value) -> Wire.text(value).ifPresent(text -> others.put(key, text)));
    Completion.Reference of = reference(ref);
    return new Prepared(
        "completion",
        asker,
        context ->
            PromptJson.write(
                Invocation.refusing(
                    "The completion of " + Text.shown(name),
                    context,
                    () -> Lookup.complete(settings.catalogs().sets(), of, name, typed, others))));
  }

  private static Completion.Reference reference(Map<String, Object> ref) {
    if ("ref/prompt".equals(ref.get("type"))) {
      return new Completion.Reference.Prompt(
          required(ref, "name", "the name of a prompt, in params.ref"));
    } else if ("ref/resource".equals(ref.get("type"))) {
      return new Completion.Reference.Template(
          required(ref, "uri", "the URI template of a resource, in params.ref"));
    }
    throw refused(
        Protocol.INVALID_PARAMS, "params.ref.type has to be \"ref/prompt\" or \"ref/resource\".");
  }

  private static McpException.Protocol noSuchResource(String uri, Asker asker) {
    return new McpException.Protocol(
        asker.isStateless() ? Protocol.INVALID_PARAMS : Wire.RESOURCE_NOT_FOUND,
        "There is no resource \"" + Text.shown(uri) + "\". resources/list tells what there is.",
        Optional.of(Map.of("uri", uri)));
  }

  private static String required(Map<String, Object> params, String name, String what) {
    return Wire.text(params.get(name))
        .orElseThrow(
            () -> refused(Protocol.INVALID_PARAMS, "\"" + name + "\" has to be " + what + "."));
  }

  private static Map<String, Object> arguments(Map<String, Object> params) {
    Object arguments = params.get("arguments");
    if (arguments != null && !(arguments instanceof Map)) {
      throw refused(Protocol.INVALID_PARAMS, "params.arguments has to be an object.");
    }
    return Wire.object(arguments).orElse(Map.of());
  }

  /** What a gateway passes on of {@code _meta}: the W3C trace context, under its plain keys. */
  private static Map<String, Object> traceContext(Map<String, Object> meta) {
    if (!meta.containsKey("traceparent")) {
      return Map.of();
    }
    Map<String, Object> trace = new LinkedHashMap<>(meta);
    trace.keySet().retainAll(Wire.TRACE_CONTEXT);
    return trace;
  }

  private static McpException.Protocol refused(int code, String message) {
    return new McpException.Protocol(code, message, Optional.empty());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.Json;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.spi.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tools and their results as they stand on the wire, in the words of a given revision. */
final class ToolJson {
  private ToolJson() {}

  static Map<String, Object> write(Tool tool, String revision) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", tool.name());
    boolean structured = ProtocolVersion.atLeast(revision, ProtocolVersion.STRUCTURED);
    if (structured) {
      tool.title().ifPresent(title -> json.put("title", title));
    }
    json.put("description", tool.description());
    json.put("inputSchema", tool.inputSchema().json());
    if (structured) {
      // Until 2025-11-25 a result is an object, and so is what describes it.
      tool.outputSchema()
          .map(Schema::json)
          .filter(schema -> isObject(schema) || ProtocolVersion.isStateless(revision))
          .ifPresent(schema -> json.put("outputSchema", schema));
    }
    if (tool.hints().areGiven() && ProtocolVersion.atLeast(revision, ProtocolVersion.ANNOTATED)) {
      Map<String, Object> hints = new LinkedHashMap<>();
      hints.put("readOnlyHint", tool.hints().readOnly());
      hints.put("destructiveHint", tool.hints().destructive());
      hints.put("idempotentHint", tool.hints().idempotent());
      hints.put("openWorldHint", tool.hints().openWorld());
      json.put("annotations", hints);
    }
    if (structured && !tool.meta().isEmpty()) {
      json.put(Protocol.META, tool.meta());
    }
    return json;
  }

  /** The tool, or nothing when the entry is none: without a name, a schema, or with a bad name. */
  static Optional<Tool> readTool(Object entry) {
    if (!(entry instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    Map<String, Object> json = Json.object(map);
    if (!(json.get("name") instanceof String name)
        || !(json.get("inputSchema") instanceof Map<?, ?> input)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Tool(
              name,
              Wire.text(json.get("title")),
              Wire.text(json.get("description")).orElse(""),
              Schema.of(Json.object(input)),
              Wire.object(json.get("outputSchema")).map(Schema::of),
              hints(Wire.object(json.get("annotations")).orElse(Map.of())),
              Wire.object(json.get(Protocol.META)).orElse(Map.of())));
    } catch (IllegalArgumentException badName) {
      return Optional.empty();
    }
  }

  static Map<String, Object> write(ToolResult result, String revision) {
    Map<String, Object> json = new LinkedHashMap<>();
    List<Object> blocks = new ArrayList<>(result.content().size());
    for (Content block : result.content()) {
      blocks.add(ContentJson.write(block, revision));
    }
    json.put("content", blocks);
    if (result instanceof ToolResult.Success success) {
      if (ProtocolVersion.atLeast(revision, ProtocolVersion.STRUCTURED)
          && success.structured().isPresent()) {
        Object structured = success.structured().get();
        // Until 2025-11-25 structured content is an object, so another value is left to the text.
        if (structured instanceof Map || ProtocolVersion.isStateless(revision)) {
          json.put("structuredContent", structured);
        }
      }
      if (!success.meta().isEmpty()) {
        json.put(Protocol.META, success.meta());
      }
    } else if (result instanceof ToolResult.Failure failure) {
      json.put("isError", true);
      Map<String, Object> meta = new LinkedHashMap<>(failure.meta());
      meta.put(Wire.META_FAILURE, describe(failure));
      json.put(Protocol.META, meta);
    }
    return json;
  }

  static ToolResult readResult(Map<String, Object> json) {
    List<Content> content = new ArrayList<>();
    if (json.get("content") instanceof List<?> blocks) {
      for (Object block : blocks) {
        Wire.object(block).flatMap(ContentJson::read).ifPresent(content::add);
      }
    }
    Map<String, Object> meta = Wire.object(json.get(Protocol.META)).orElse(Map.of());
    if (Boolean.TRUE.equals(json.get("isError"))) {
      return readFailure(content, meta);
    }
    return new ToolResult.Success(
        content, Optional.ofNullable(json.get("structuredContent")), meta);
  }

  /** How a failure of ours says what it is, beside its text. */
  private static Map<String, Object> describe(ToolResult.Failure failure) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("kind", failure.kind().wireName());
    described.put("message", failure.message());
    described.put("hint", failure.hint());
    described.put("retryable", failure.retryable());
    return described;
  }

  private static ToolResult.Failure readFailure(List<Content> content, Map<String, Object> meta) {
    Optional<Map<String, Object>> ours = Wire.object(meta.get(Wire.META_FAILURE));
    String said =
        String.join("\n", content.stream().flatMap(block -> block.asText().stream()).toList());
    return new ToolResult.Failure(
        ours.flatMap(o -> Wire.text(o.get("kind")))
            .flatMap(FailureKind::ofWireName)
            .orElse(FailureKind.UPSTREAM),
        ours.flatMap(o -> Wire.text(o.get("message"))).orElse(said),
        ours.flatMap(o -> Wire.text(o.get("hint"))).orElse(""),
        ours.map(o -> Boolean.TRUE.equals(o.get("retryable"))).orElse(false),
        content,
        meta);
  }

  private static boolean isObject(Map<String, Object> schema) {
    return "object".equals(schema.get("type"));
  }

  private static ToolHints hints(Map<String, Object> json) {
    ToolHints unknown = ToolHints.UNKNOWN;
    if (json.keySet().stream().noneMatch(key -> key.endsWith("Hint"))) {
      return unknown;
    }
    return new ToolHints(
        hint(json, "readOnlyHint", unknown.readOnly()),
        hint(json, "destructiveHint", unknown.destructive()),
        hint(json, "idempotentHint", unknown.idempotent()),
        hint(json, "openWorldHint", unknown.openWorld()));
  }

  private static boolean hint(Map<String, Object> json, String name, boolean otherwise) {
    return json.get(name) instanceof Boolean given ? given : otherwise;
  }
}

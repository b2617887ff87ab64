// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resources, their templates and their contents as they stand on the wire. */
final class ResourceJson {
  private ResourceJson() {}

  static Map<String, Object> write(Resource resource, String revision) {
    Map<String, Object> json = Wire.object("uri", resource.uri());
    describe(
        json,
        revision,
        resource.name(),
        resource.title(),
        resource.description(),
        resource.mimeType());
    resource.size().ifPresent(size -> json.put("size", size));
    putMeta(json, resource.meta());
    return json;
  }

  static Map<String, Object> write(ResourceTemplate template, String revision) {
    Map<String, Object> json = Wire.object("uriTemplate", template.uriTemplate());
    describe(
        json,
        revision,
        template.name(),
        template.title(),
        template.description(),
        template.mimeType());
    putMeta(json, template.meta());
    return json;
  }

  static Map<String, Object> write(ResourceContents contents) {
    Map<String, Object> json = Wire.object("uri", contents.uri());
    contents.mimeType().ifPresent(type -> json.put("mimeType", type));
    if (contents instanceof ResourceContents.Text text) {
      json.put("text", text.text());
    } else if (contents instanceof ResourceContents.Blob blob) {
      json.put("blob", blob.blob());
    }
    putMeta(json, contents.meta());
    return json;
  }

  /** The resource, or nothing when the entry is none. */
  static Optional<Resource> readResource(@Nullable Object entry) {
    Map<String, Object> json = Wire.object(entry).orElse(Map.of());
    if (!(json.get("uri") instanceof String uri)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Resource(
              uri,
              Wire.text(json.get("name")).orElse(uri),
              Wire.text(json.get("title")),
              Wire.text(json.get("description")),
              Wire.text(json.get("mimeType")),
              json.get("size") instanceof Long size ? Optional.of(size) : Optional.empty(),
              Wire.meta(json)));
    } catch (IllegalArgumentException badUri) {
      return Optional.empty();
    }
  }

  /** The template, or nothing when the entry is none. */
  static Optional<ResourceTemplate> readTemplate(@Nullable Object entry) {
    Map<String, Object> json = Wire.object(entry).orElse(Map.of());
    if (!(json.get("uriTemplate") instanceof String template)) {
      return Optional.empty();
    }
    return Optional.of(
        new ResourceTemplate(
            template,
            Wire.text(json.get("name")).orElse(template),
            Wire.text(json.get("title")),
            Wire.text(json.get("description")),
            Wire.text(json.get("mimeType")),
            Wire.meta(json)));
  }

  /** The contents, or nothing when there is neither text nor blob. */
  static Optional<ResourceContents> readContents(@Nullable Object entry) {
    Map<String, Object> json = Wire.object(entry).orElse(Map.of());
    if (!(json.get("uri") instanceof String uri)) {
      return Optional.empty();
    }
    Optional<String> mimeType = Wire.text(json.get("mimeType"));
    if (json.get("text") instanceof String text) {
      return Optional.of(new ResourceContents.Text(uri, mimeType, text, Wire.meta(json)));
    } else if (json.get("blob") instanceof String blob) {
      return Optional.of(new ResourceContents.Blob(uri, mimeType, blob, Wire.meta(json)));
    }
    return Optional.empty();
  }

  private static void describe(
      Map<String, Object> json,
      String revision,
      String name,
      Optional<String> title,
      Optional<String> description,
      Optional<String> mimeType) {
    json.put("name", name);
    if (ProtocolVersion.atLeast(revision, ProtocolVersion.STRUCTURED)) {
      title.ifPresent(text -> json.put("title", text));
    }
    description.ifPresent(text -> json.put("description", text));
    mimeType.ifPresent(type -> json.put("mimeType", type));
  }

  private static void putMeta(Map<String, Object> json, Map<String, Object> meta) {
    if (!meta.isEmpty()) {
      json.put(Protocol.META, new LinkedHashMap<>(meta));
    }
  }
}

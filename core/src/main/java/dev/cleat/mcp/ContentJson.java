// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Content;
import dev.cleat.Resource;
import java.util.Map;
import java.util.Optional;

/** Content blocks as they stand on the wire, in the words of a given revision. */
final class ContentJson {
  private ContentJson() {}

  /** A block as it is, or a mention of it in a revision that does not know its kind. */
  static Map<String, Object> write(Content block, String revision) {
    Map<String, Object> json = write(block);
    Object type = String.valueOf(json.get("type"));
    String since =
        type.equals("audio")
            ? ProtocolVersion.ANNOTATED
            : type.equals("resource_link") ? ProtocolVersion.STRUCTURED : "";
    if (ProtocolVersion.atLeast(revision, since)) {
      return json;
    }
    String which = json.containsKey("uri") ? " " + json.get("uri") : "";
    Map<String, Object> mention = Wire.object("type", "text");
    mention.put("text", "(" + type + which + ": unknown to MCP " + revision + ")");
    return mention;
  }

  private static Map<String, Object> write(Content block) {
    if (block instanceof Content.Text text) {
      Map<String, Object> json = Wire.object("type", "text");
      json.put("text", text.text());
      return json;
    } else if (block instanceof Content.Image image) {
      return media("image", image.data(), image.mimeType());
    } else if (block instanceof Content.Audio audio) {
      return media("audio", audio.data(), audio.mimeType());
    } else if (block instanceof Content.Embedded embedded) {
      Map<String, Object> json = Wire.object("type", "resource");
      json.put("resource", ResourceJson.write(embedded.resource()));
      return json;
    } else if (block instanceof Content.Link link) {
      Map<String, Object> json = Wire.object("type", "resource_link");
      json.putAll(ResourceJson.write(link.resource(), ProtocolVersion.STATELESS));
      return json;
    }
    return ((Content.Other) block).json();
  }

  private static Map<String, Object> media(String type, String data, String mimeType) {
    Map<String, Object> json = Wire.object("type", type);
    json.put("data", data);
    json.put("mimeType", mimeType);
    return json;
  }

  /** A block in the type that holds all of it; nothing when it has no type. */
  static Optional<Content> read(Map<String, Object> json) {
    if (!(json.get("type") instanceof String type)) {
      return Optional.empty();
    }
    if (type.equals("text") && json.size() == 2 && json.get("text") instanceof String text) {
      return Optional.of(new Content.Text(text));
    }
    if (json.size() == 3
        && json.get("data") instanceof String data
        && json.get("mimeType") instanceof String mimeType) {
      if (type.equals("image")) {
        return Optional.of(new Content.Image(data, mimeType));
      } else if (type.equals("audio")) {
        return Optional.of(new Content.Audio(data, mimeType));
      }
    }
    if (type.equals("resource") && json.size() == 2) {
      Optional<Content> embedded =
          Wire.object(json.get("resource"))
              .flatMap(ResourceJson::readContents)
              .filter(contents -> ResourceJson.write(contents).equals(json.get("resource")))
              .map(Content.Embedded::new);
      if (embedded.isPresent()) {
        return embedded;
      }
    }
    if (type.equals("resource_link")) {
      Optional<Resource> resource =
          ResourceJson.readResource(json).filter(read -> isWhole(read, json));
      if (resource.isPresent()) {
        return Optional.of(new Content.Link(resource.get()));
      }
    }
    return Optional.of(new Content.Other(type, json));
  }

  private static boolean isWhole(Resource resource, Map<String, Object> json) {
    return write(new Content.Link(resource)).equals(json);
  }
}

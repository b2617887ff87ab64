// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ClientCapabilities;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Root;
import dev.cleat.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a server asks of its client, and the answers, as they stand on the wire. */
final class InputJson {
  private InputJson() {}

  static String method(InputRequest request) {
    if (request instanceof InputRequest.Sampling) {
      return Wire.SAMPLE;
    }
    return request instanceof InputRequest.Roots ? Wire.ROOTS_LIST : Wire.ELICIT;
  }

  static Map<String, Object> params(InputRequest request, String revision) {
    Map<String, Object> params = new LinkedHashMap<>();
    if (request instanceof InputRequest.Form form) {
      // The word for it came with URLs.
      if (ProtocolVersion.atLeast(revision, ProtocolVersion.NEWEST_WITH_HANDSHAKE)) {
        params.put("mode", "form");
      }
      params.put("message", form.message());
      params.put("requestedSchema", form.schema().json());
    } else if (request instanceof InputRequest.Url url) {
      params.put("mode", "url");
      params.put("message", url.message());
      params.put("url", url.url());
      url.id().ifPresent(id -> params.put("elicitationId", id));
    } else if (request instanceof InputRequest.Sampling sampling) {
      params.putAll(sampling.params());
    }
    return params;
  }

  /** The request, or nothing when it is none of those that are known here. */
  static Optional<InputRequest> readRequest(String method, Map<String, Object> params) {
    switch (method) {
      case Wire.ELICIT:
        String message = Wire.text(params.get("message")).orElse("");
        if ("url".equals(params.get("mode"))) {
          return Wire.text(params.get("url"))
              .map(
                  url ->
                      new InputRequest.Url(message, url, Wire.text(params.get("elicitationId"))));
        }
        return Wire.object(params.get("requestedSchema"))
            .map(schema -> new InputRequest.Form(message, Schema.of(schema)));
      case Wire.SAMPLE:
        return params.get("messages") instanceof List
            ? Optional.of(new InputRequest.Sampling(params))
            : Optional.empty();
      case Wire.ROOTS_LIST:
        return Optional.of(new InputRequest.Roots());
      default:
        return Optional.empty();
    }
  }

  static Map<String, Object> write(InputResponse response) {
    if (response instanceof InputResponse.Elicited elicited) {
      Map<String, Object> json =
          Wire.object("action", elicited.action().name().toLowerCase(Locale.ROOT));
      if (elicited.isAccepted()) {
        json.put("content", elicited.content());
      }
      return json;
    } else if (response instanceof InputResponse.Sampled sampled) {
      return sampled.result();
    }
    List<Object> roots = new ArrayList<>();
    for (Root root : ((InputResponse.Roots) response).roots()) {
      Map<String, Object> json = Wire.object("uri", root.uri());
      root.name().ifPresent(name -> json.put("name", name));
      roots.add(json);
    }
    return Wire.object("roots", roots);
  }

  /** The answer to that request, or nothing when it is malformed. */
  static Optional<InputResponse> readResponse(InputRequest request, Map<String, Object> json) {
    if (request instanceof InputRequest.Sampling) {
      return json.containsKey("content") && json.get("role") instanceof String
          ? Optional.of(new InputResponse.Sampled(json))
          : Optional.empty();
    } else if (request instanceof InputRequest.Roots) {
      return json.get("roots") instanceof List<?> entries
          ? Optional.of(new InputResponse.Roots(roots(entries)))
          : Optional.empty();
    }
    for (InputResponse.Action action : InputResponse.Action.values()) {
      if (action.name().toLowerCase(Locale.ROOT).equals(json.get("action"))) {
        return Optional.of(
            new InputResponse.Elicited(action, Wire.object(json.get("content")).orElse(Map.of())));
      }
    }
    return Optional.empty();
  }

  private static List<Root> roots(List<?> entries) {
    List<Root> roots = new ArrayList<>();
    for (Object entry : entries) {
      Map<String, Object> root = Wire.object(entry).orElse(Map.of());
      Wire.text(root.get("uri"))
          .ifPresent(uri -> roots.add(new Root(uri, Wire.text(root.get("name")))));
    }
    return roots;
  }

  /** What a client declares, in the words of that revision. */
  static Map<String, Object> write(ClientCapabilities can, String revision) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (can.elicitForm() || can.elicitUrl()) {
      Map<String, Object> modes = new LinkedHashMap<>();
      // Before there were URLs, forms were all there was, and had no name.
      if (ProtocolVersion.atLeast(revision, ProtocolVersion.NEWEST_WITH_HANDSHAKE)) {
        if (can.elicitForm()) {
          modes.put("form", Map.of());
        }
        if (can.elicitUrl()) {
          modes.put("url", Map.of());
        }
      }
      json.put("elicitation", modes);
    }
    if (can.sampling()) {
      Map<String, Object> more = new LinkedHashMap<>();
      if (can.samplingTools()) {
        more.put("tools", Map.of());
      }
      if (can.samplingContext()) {
        more.put("context", Map.of());
      }
      json.put("sampling", more);
    }
    if (can.roots()) {
      json.put("roots", Map.of());
    }
    return json;
  }

  static ClientCapabilities readCapabilities(Map<String, Object> json) {
    Optional<Map<String, Object>> elicitation = Wire.object(json.get("elicitation"));
    Optional<Map<String, Object>> sampling = Wire.object(json.get("sampling"));
    return new ClientCapabilities(
        // One that says nothing closer of elicitation shows forms.
        elicitation.filter(modes -> modes.isEmpty() || modes.containsKey("form")).isPresent(),
        elicitation.filter(modes -> modes.containsKey("url")).isPresent(),
        sampling.isPresent(),
        sampling.filter(more -> more.containsKey("tools")).isPresent(),
        sampling.filter(more -> more.containsKey("context")).isPresent(),
        Wire.object(json.get("roots")).isPresent());
  }

  /** What a client has to declare to be asked that, as {@code requiredCapabilities} names it. */
  static Map<String, Object> neededFor(InputRequest request) {
    if (request instanceof InputRequest.Sampling) {
      return Map.of("sampling", Map.of());
    } else if (request instanceof InputRequest.Roots) {
      return Map.of("roots", Map.of());
    }
    String mode = request instanceof InputRequest.Url ? "url" : "form";
    return Map.of("elicitation", Map.of(mode, Map.of()));
  }
}

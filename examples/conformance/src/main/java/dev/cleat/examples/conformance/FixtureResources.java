// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.CacheHint;
import dev.cleat.Json;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resources of each kind. */
final class FixtureResources {
  static final String WATCHED = "test://watched-resource";

  private static final String PLAIN = "text/plain";
  private static final CacheHint FIXED = new CacheHint(Duration.ofHours(1), true);

  private FixtureResources() {}

  static List<ServedResource> all() {
    return List.of(
        Resource.at("test://static-text")
            .named("static-text")
            .says("A text that never changes.")
            .mimeType(PLAIN)
            .cached(FIXED)
            .reads(
                (request, context) ->
                    List.of(
                        ResourceContents.text(
                            request.uri(),
                            PLAIN,
                            "This is the content of the static text resource."))),
        Resource.at("test://static-binary")
            .named("static-binary")
            .says("A picture that never changes.")
            .mimeType("image/png")
            .cached(FIXED)
            .reads(
                (request, context) ->
                    List.of(
                        ResourceContents.bytes(
                            request.uri(), "image/png", Base64.getDecoder().decode(Samples.PNG)))),
        Resource.at(WATCHED)
            .named("watched-resource")
            .says("A text that may change.")
            .mimeType(PLAIN)
            .reads(
                (request, context) ->
                    List.of(ResourceContents.text(request.uri(), PLAIN, "Watched content"))));
  }

  static ServedTemplate template() {
    return ResourceTemplate.of("test://template/{id}/data")
        .named("template")
        .says("Data for an id.")
        .mimeType("application/json")
        .reads(
            (request, context) ->
                List.of(
                    ResourceContents.text(
                        request.uri(), "application/json", data(request.variables()))));
  }

  private static String data(Map<String, String> variables) {
    String id = Optional.ofNullable(variables.get("id")).orElseThrow();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", id);
    data.put("templateTest", true);
    data.put("data", "Data for ID: " + id);
    return Json.print(data);
  }
}

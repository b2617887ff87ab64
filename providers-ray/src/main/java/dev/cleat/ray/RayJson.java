// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** JSON as the dashboard writes and reads it. Where it is not what Ray says, that is a failure. */
final class RayJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final DashboardClient client;

  RayJson(DashboardClient client) {
    this.client = client;
  }

  /** The object that a successful answer is. */
  JsonNode object(Ask ask) throws InterruptedException {
    byte[] bytes = client.bytes(ask, Bounds.JSON_BYTES);
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (IOException e) {
      // Said below, with what came instead.
    }
    throw notRay(ask, bytes);
  }

  /** The text that a successful answer is. */
  String text(Ask ask, int maxBytes) throws InterruptedException {
    return new String(client.bytes(ask, maxBytes), StandardCharsets.UTF_8);
  }

  /** A request whose successful answer tells nothing else. */
  void done(Ask ask) throws InterruptedException {
    client.bytes(ask, Bounds.ERROR_BODY_BYTES);
  }

  /** The rows of an answer of the state API, and how many there are in all. */
  List<JsonNode> rows(Ask ask) throws InterruptedException {
    JsonNode rows = object(ask).path("data").path("result").path("result");
    List<JsonNode> list = new ArrayList<>();
    rows.forEach(list::add);
    return list;
  }

  /** Each element of the array that a successful answer is, one after the other. */
  <T> List<T> array(Ask ask, int maxBytes, Function<JsonNode, T> element)
      throws InterruptedException {
    byte[] bytes = client.bytes(ask, maxBytes);
    int at = 0;
    while (at < bytes.length && Character.isWhitespace(bytes[at])) {
      at++;
    }
    if (at == bytes.length || bytes[at] != '[') {
      throw notRay(ask, bytes);
    }
    List<T> list = new ArrayList<>();
    try (MappingIterator<JsonNode> nodes = MAPPER.readerFor(JsonNode.class).readValues(bytes)) {
      while (nodes.hasNextValue()) {
        list.add(element.apply(nodes.nextValue()));
      }
    } catch (IOException e) {
      throw notRay(ask, bytes);
    }
    return list;
  }

  static byte[] write(Map<String, Object> value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Optional<String> text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() && !value.textValue().isEmpty()
        ? Optional.of(value.textValue())
        : Optional.empty();
  }

  static Optional<Instant> time(JsonNode node, String field) {
    JsonNode millis = node.path(field);
    return millis.canConvertToLong() && millis.asLong() > 0
        ? Optional.of(Instant.ofEpochMilli(millis.asLong()))
        : Optional.empty();
  }

  static Map<String, Double> numbers(JsonNode object) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNumber()) {
                numbers.put(field.getKey(), field.getValue().doubleValue());
              }
            });
    return numbers;
  }

  static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(f -> texts.put(f.getKey(), f.getValue().asText()));
    return texts;
  }

  /** Any object as plain values. */
  static Map<String, Object> plain(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object.properties().forEach(f -> map.put(f.getKey(), plainValue(f.getValue())));
    return map;
  }

  private static Object plainValue(JsonNode node) {
    if (node.isObject()) {
      return plain(node);
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(element -> list.add(plainValue(element)));
      return list;
    }
    if (node.isNumber()) {
      return node.numberValue();
    }
    return node.isBoolean() ? (Object) node.booleanValue() : node.asText();
  }

  ToolFailure notRay(Ask ask, byte[] bytes) {
    int length = Math.min(bytes.length, Bounds.QUOTED_CHARS);
    String seen =
        bytes.length == 0 ? "nothing" : new String(bytes, 0, length, StandardCharsets.UTF_8);
    return client.failuresOf(ask).notRay(seen);
  }
}

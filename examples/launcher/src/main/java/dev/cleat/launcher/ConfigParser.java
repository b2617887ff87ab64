// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.cleat.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON as people write it, with comments and trailing commas, and remembers the lines. What
 * it says of a fault never shows a value, which may be a secret.
 */
final class ConfigParser {
  private static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final Source source;
  private final JsonParser parser;

  private ConfigParser(Source source, JsonParser parser) {
    this.source = source;
    this.parser = parser;
  }

  /**
   * The one value of a text in UTF-8.
   *
   * @throws dev.cleat.spi.ConfigException when it is not JSON, or an object has a key twice
   */
  static Located parse(Source source, byte[] utf8) {
    int line = 1;
    try (JsonParser parser = FACTORY.createParser(utf8)) {
      try {
        return new ConfigParser(source, parser).whole();
      } catch (JsonProcessingException e) {
        throw e;
      } catch (IOException e) {
        line = parser.currentLocation().getLineNr();
        throw e;
      }
    } catch (JsonProcessingException e) {
      int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
      throw source.error(at, "this is not JSON: " + withoutValues(e.getOriginalMessage()));
    } catch (IOException e) {
      throw source.error(line, "this is not JSON in UTF-8");
    }
  }

  private Located whole() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw source.error(1, "the file is empty; write at least {}");
    }
    Located value = value(line(), "", first);
    if (parser.nextToken() != null) {
      throw source.error(line(), "there is more after the end of the JSON value");
    }
    return value;
  }

  private Located value(int line, String path, JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> new Located(line, object(path));
      case START_ARRAY -> new Located(line, array(path));
      case VALUE_STRING -> new Located(line, parser.getText());
      case VALUE_NUMBER_INT ->
          new Located(
              line,
              parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                  ? parser.getBigIntegerValue()
                  : (Object) parser.getLongValue());
      case VALUE_NUMBER_FLOAT -> new Located(line, parser.getDoubleValue());
      case VALUE_TRUE -> new Located(line, true);
      case VALUE_FALSE -> new Located(line, false);
      default -> new Located(line, null);
    };
  }

  private Map<String, Located> object(String path) throws IOException {
    Map<String, Located> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      int line = line();
      Located member = value(line, Source.join(path, key), parser.nextToken());
      Located earlier = members.put(key, member);
      if (earlier != null) {
        throw source.error(
            line,
            "\""
                + Text.shown(key)
                + "\" is there twice"
                + Source.in(path)
                + ", first in line "
                + earlier.line()
                + ". Remove one.");
      }
    }
    return members;
  }

  private List<Located> array(String path) throws IOException {
    List<Located> elements = new ArrayList<>();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      elements.add(value(line(), path + "[" + elements.size() + "]", next));
    }
    return elements;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  /** The parser's words up to where it quotes the text or tells of its own options. */
  private static String withoutValues(String message) {
    return message
        .lines()
        .findFirst()
        .orElse("")
        .replaceAll(
            "(?i)(token|value) ['\"(].*",
            "$1 that is neither a string, a number nor a word of JSON")
        .replaceAll("'[^']{2,}'", "…")
        .replaceAll(" \\((start marker|for )[^)]*\\)?.*", "");
  }
}

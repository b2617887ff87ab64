// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON to plain Java values and back: {@code Map<String, Object>} in the order of the text, {@code
 * List<Object>}, {@code String}, {@code Long} or {@code BigInteger}, {@code Double} or {@code
 * BigDecimal}, {@code Boolean}, and null.
 *
 * <p>Reading is bounded: at most 200 levels deep, numbers of at most 1,000 digits. The size of the
 * text is the caller's to bound. Methods may be called from any thread.
 */
public final class Json {
  /** How deep values may be nested: the depth that a recursive reader survives on any stack. */
  public static final int MAX_DEPTH = 200;

  private static final int MAX_NUMBER_CHARS = 1_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private Json() {}

  /**
   * The text was not JSON, or was over a bound. The message says where, without the text itself.
   */
  public static final class SyntaxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int line;

    SyntaxException(String message, int line) {
      super(message);
      this.line = line;
    }

    /** The line of the fault, counted from 1. */
    public int line() {
      return line;
    }
  }

  /** Reads one value; anything but white space after it is an error. */
  public static @Nullable Object parse(String text) throws SyntaxException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return whole(parser);
    } catch (IOException | NumberFormatException e) {
      throw syntax(e);
    }
  }

  /** Reads one value from UTF-8. */
  public static @Nullable Object parse(byte[] utf8) throws SyntaxException {
    return parse(utf8, 0, utf8.length);
  }

  /** Reads one value from a part of an array of UTF-8. */
  public static @Nullable Object parse(byte[] utf8, int offset, int length) throws SyntaxException {
    try (JsonParser parser = FACTORY.createParser(utf8, offset, length)) {
      return whole(parser);
    } catch (IOException | NumberFormatException e) {
      throw syntax(e);
    }
  }

  /** Reads one value from text that may have comments and trailing commas, as people write them. */
  public static @Nullable Object parseLenient(String text) throws SyntaxException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.enable(JsonParser.Feature.ALLOW_COMMENTS);
      parser.enable(
          com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_TRAILING_COMMA.mappedFeature());
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      return whole(parser);
    } catch (IOException | NumberFormatException e) {
      throw syntax(e);
    }
  }

  /** Writes a value compactly. */
  public static String print(@Nullable Object value) {
    return write(value, false);
  }

  /** Writes a value over several lines, for people. */
  public static String printPretty(@Nullable Object value) {
    return write(value, true);
  }

  /** Writes a value compactly as UTF-8. */
  public static byte[] bytes(@Nullable Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try {
      writeTo(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Writes a value compactly as UTF-8 to a stream, which stays open. */
  public static void writeTo(OutputStream out, @Nullable Object value) throws IOException {
    JsonGenerator generator = FACTORY.createGenerator(out);
    generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    generator.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
    write(generator, value);
    generator.close();
  }

  /** The same map with the type that its keys have anyway when it was read from JSON. */
  public static Map<String, Object> object(Map<?, ?> map) {
    for (Object key : map.keySet()) {
      if (!(key instanceof String)) {
        throw new IllegalArgumentException("A JSON object has only strings as keys");
      }
    }
    @SuppressWarnings("unchecked") // just checked
    Map<String, Object> object = (Map<String, Object>) map;
    return object;
  }

  private static @Nullable Object whole(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new SyntaxException("There is no JSON value: the text is empty", 1);
    }
    Object value = value(parser, first);
    if (parser.nextToken() != null) {
      throw new SyntaxException(
          "There is more after the end of the JSON value", parser.currentLocation().getLineNr());
    }
    return value;
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token) throws IOException {
    switch (token) {
      case START_OBJECT:
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          object.put(name, value(parser, parser.nextToken()));
        }
        return object;
      case START_ARRAY:
        List<@Nullable Object> array = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          array.add(value(parser, next));
        }
        return array;
      case VALUE_STRING:
        return parser.getText();
      case VALUE_NUMBER_INT:
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            ? parser.getBigIntegerValue()
            : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT:
        double number = parser.getDoubleValue();
        return Double.isInfinite(number) ? parser.getDecimalValue() : (Object) number;
      case VALUE_TRUE:
        return Boolean.TRUE;
      case VALUE_FALSE:
        return Boolean.FALSE;
      default:
        return null;
    }
  }

  private static String write(@Nullable Object value, boolean pretty) {
    Writer text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      if (pretty) {
        generator.useDefaultPrettyPrinter();
      }
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!(entry.getKey() instanceof String name)) {
          throw new IllegalArgumentException("A JSON object has only strings as keys");
        }
        out.writeFieldName(name);
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      out.writeStartArray();
      for (Object element : list) {
        write(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof Boolean bool) {
      out.writeBoolean(bool);
    } else if (value instanceof Number number) {
      writeNumber(out, number);
    } else {
      throw new IllegalArgumentException(
          value.getClass().getName()
              + " is not a JSON value. Allowed are Map, Iterable, String, Number, Boolean, null.");
    }
  }

  private static void writeNumber(JsonGenerator out, Number number) throws IOException {
    if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      out.writeNumber(number.longValue());
    } else if (number instanceof BigInteger big) {
      out.writeNumber(big);
    } else if (number instanceof BigDecimal big) {
      out.writeNumber(big);
    } else {
      double value = number.doubleValue();
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        throw new IllegalArgumentException(value + " cannot be written as JSON");
      }
      out.writeNumber(value);
    }
  }

  private static SyntaxException syntax(Exception e) {
    if (e instanceof SyntaxException known) {
      return known;
    }
    if (e instanceof JsonProcessingException json) {
      String message = Text.shown(String.valueOf(json.getOriginalMessage()));
      int line = json.getLocation() == null ? 1 : json.getLocation().getLineNr();
      int column = json.getLocation() == null ? 1 : json.getLocation().getColumnNr();
      return new SyntaxException(message + " (line " + line + ", column " + column + ")", line);
    }
    return new SyntaxException("A number is beyond what can be read", 1);
  }
}

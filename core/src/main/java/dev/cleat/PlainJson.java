// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.JsonNodeFactory;
import dev.harrel.jsonschema.SimpleType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Our plain JSON values as the validator wants to see them. Immutable. */
final class PlainJson implements JsonNode {
  private final @Nullable Object value;
  private final String pointer;
  private final SimpleType type;

  private PlainJson(@Nullable Object value, String pointer) {
    this.value = value;
    this.pointer = pointer;
    type = typeOf(value);
  }

  static PlainJson of(@Nullable Object json) {
    return new PlainJson(json, "");
  }

  /** How the validator makes nodes of values and of the texts of its own schemas. */
  static final class Factory implements JsonNodeFactory {
    @Override
    public JsonNode wrap(Object node) {
      return node instanceof PlainJson plain ? plain : of(node);
    }

    @Override
    public JsonNode create(String text) {
      try {
        return of(Json.parse(text));
      } catch (Json.SyntaxException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
  }

  @Override
  public String getJsonPointer() {
    return pointer;
  }

  @Override
  public SimpleType getNodeType() {
    return type;
  }

  @Override
  public boolean asBoolean() {
    return (Boolean) Objects.requireNonNull(value);
  }

  @Override
  public String asString() {
    return String.valueOf(value);
  }

  @Override
  public BigInteger asInteger() {
    return asNumber().toBigInteger();
  }

  @Override
  public BigDecimal asNumber() {
    if (value instanceof BigDecimal decimal) {
      return decimal;
    } else if (value instanceof BigInteger integer) {
      return new BigDecimal(integer);
    } else if (value instanceof Double || value instanceof Float) {
      return BigDecimal.valueOf(((Number) value).doubleValue());
    }
    return BigDecimal.valueOf(((Number) Objects.requireNonNull(value)).longValue());
  }

  @Override
  public List<JsonNode> asArray() {
    List<JsonNode> nodes = new ArrayList<>();
    for (Object element : (Iterable<?>) Objects.requireNonNull(value)) {
      nodes.add(new PlainJson(element, pointer + "/" + nodes.size()));
    }
    return nodes;
  }

  @Override
  public Map<String, JsonNode> asObject() {
    Map<String, JsonNode> nodes = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(value))
        .forEach(
            (key, element) -> {
              String name = String.valueOf(key);
              nodes.put(
                  name, new PlainJson(element, pointer + "/" + JsonNode.encodeJsonPointer(name)));
            });
    return nodes;
  }

  /** Numbers are equal when they are the same number, however they are written. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof PlainJson that) || isNumeric() != that.isNumeric()) {
      return false;
    }
    if (isNumeric()) {
      return asNumber().compareTo(that.asNumber()) == 0;
    }
    if (type != that.type) {
      return false;
    }
    if (type == SimpleType.ARRAY) {
      return asArray().equals(that.asArray());
    }
    return type == SimpleType.OBJECT
        ? asObject().equals(that.asObject())
        : Objects.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    if (isNumeric()) {
      return asNumber().stripTrailingZeros().hashCode();
    } else if (type == SimpleType.ARRAY) {
      return asArray().hashCode();
    }
    return type == SimpleType.OBJECT ? asObject().hashCode() : Objects.hashCode(value);
  }

  private boolean isNumeric() {
    return type == SimpleType.INTEGER || type == SimpleType.NUMBER;
  }

  private static SimpleType typeOf(@Nullable Object value) {
    if (value == null) {
      return SimpleType.NULL;
    } else if (value instanceof Boolean) {
      return SimpleType.BOOLEAN;
    } else if (value instanceof String) {
      return SimpleType.STRING;
    } else if (value instanceof Map) {
      return SimpleType.OBJECT;
    } else if (value instanceof Iterable) {
      return SimpleType.ARRAY;
    }
    return isWhole((Number) value) ? SimpleType.INTEGER : SimpleType.NUMBER;
  }

  /** 1.0 is an integer too, by the specification. */
  private static boolean isWhole(Number number) {
    if (number instanceof Double || number instanceof Float) {
      double value = number.doubleValue();
      return value == Math.rint(value) && !Double.isInfinite(value);
    }
    return !(number instanceof BigDecimal decimal)
        || decimal.signum() == 0
        || decimal.stripTrailingZeros().scale() <= 0;
  }
}

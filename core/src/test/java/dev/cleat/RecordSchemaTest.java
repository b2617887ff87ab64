// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.RecordExamples.Color;
import dev.cleat.RecordExamples.Everything;
import dev.cleat.RecordExamples.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema of a record, and records that can have none. */
class RecordSchemaTest {
  @Test
  void theSchemaOfARecordSaysAllThatItsAnnotationsSay() {
    assertThat(Json.printPretty(Schema.ofRecord(Everything.class).json()).replace("\r\n", "\n"))
        .isEqualTo(
            """
            {
              "type" : "object",
              "description" : "Everything that a component can be.",
              "properties" : {
                "name" : {
                  "type" : "string",
                  "description" : "Its name.",
                  "minLength" : 1,
                  "maxLength" : 5,
                  "pattern" : "^(?:[a-z]+)$"
                },
                "flag" : {
                  "type" : "boolean"
                },
                "count" : {
                  "type" : "integer"
                },
                "size" : {
                  "type" : "integer"
                },
                "ratio" : {
                  "type" : "number",
                  "minimum" : 0.5
                },
                "color" : {
                  "type" : "string",
                  "enum" : [ "red", "dark_blue" ],
                  "default" : "red"
                },
                "since" : {
                  "type" : "string",
                  "format" : "date-time"
                },
                "point" : {
                  "type" : "object",
                  "properties" : {
                    "x" : {
                      "type" : "integer",
                      "minimum" : -10,
                      "maximum" : 10
                    },
                    "y" : {
                      "type" : "integer",
                      "default" : 0
                    }
                  },
                  "required" : [ "x" ],
                  "additionalProperties" : false
                },
                "anything" : {
                  "type" : [ "object", "array", "string", "number", "boolean" ]
                },
                "note" : {
                  "type" : "string"
                },
                "points" : {
                  "type" : "array",
                  "items" : {
                    "type" : "object",
                    "properties" : {
                      "x" : {
                        "type" : "integer",
                        "minimum" : -10,
                        "maximum" : 10
                      },
                      "y" : {
                        "type" : "integer",
                        "default" : 0
                      }
                    },
                    "required" : [ "x" ],
                    "additionalProperties" : false
                  },
                  "maxItems" : 3
                },
                "counts" : {
                  "type" : "object",
                  "additionalProperties" : {
                    "type" : "integer"
                  },
                  "maxProperties" : 2
                },
                "class" : {
                  "type" : "array",
                  "items" : {
                    "type" : "string"
                  },
                  "default" : [ ]
                },
                "deep" : {
                  "type" : "array",
                  "items" : {
                    "type" : "object",
                    "additionalProperties" : {
                      "type" : "boolean"
                    }
                  }
                }
              },
              "required" : [ "name", "flag", "count", "size", "ratio", "since", "point", \
            "anything", "points", "counts" ],
              "additionalProperties" : false
            }""");
  }

  record Chain(Optional<Chain> next) {}

  record Even(List<Odd> odds) {}

  record Odd(Map<String, Even> evens) {}

  @ParameterizedTest
  @ValueSource(classes = {Chain.class, Even.class})
  void aRecordThatContainsItselfIsRefused(Class<? extends Record> type) {
    assertThatThrownBy(() -> Schema.ofRecord(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contains itself");
  }

  record OfDuration(Duration limit) {}

  record OfSet(Set<String> names) {}

  record OfRawList(@SuppressWarnings("rawtypes") List list) {}

  record OfIntKeys(Map<Integer, String> names) {}

  record OfArray(int[] numbers) {}

  record OfFloat(float number) {}

  record OfNestedOptional(List<Optional<String>> names) {}

  record OfVariable<T>(T value) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        OfDuration.class,
        OfSet.class,
        OfRawList.class,
        OfIntKeys.class,
        OfArray.class,
        OfFloat.class,
        OfNestedOptional.class,
        OfVariable.class
      })
  void aTypeThatJsonCannotCarryIsRefusedWhenTheToolIsMade(Class<? extends Record> type) {
    assertThatThrownBy(
            () -> Tool.named("t").handles(type, Point.class, (in, call) -> new Point(0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.getName() + ".")
        .hasMessageContaining("has no JSON form here. Allowed are");
  }

  record RangeOfTime(@Range(min = 1) Instant time) {}

  record RangeOfFlag(@Range(min = 1) boolean flag) {}

  record RangeOfColor(@Range(min = 1) Color color) {}

  record RangeOfRecord(@Range(min = 1) Point point) {}

  record RangeOfAnything(@Range(min = 1) Object anything) {}

  record PatternOfNumber(@Pattern("a") int number) {}

  record PatternOfTime(@Pattern("a") Instant time) {}

  record DefaultOfWrongType(@Default("three") int number) {}

  record DefaultOutOfRange(@Range(max = 2) @Default("3") int number) {}

  record DefaultOffPattern(@Pattern("[a-z]+") @Default("A") String name) {}

  record SameNameTwice(int a, @Name("a") int b) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        RangeOfTime.class,
        RangeOfFlag.class,
        RangeOfColor.class,
        RangeOfRecord.class,
        RangeOfAnything.class,
        PatternOfNumber.class,
        PatternOfTime.class,
        DefaultOfWrongType.class,
        DefaultOutOfRange.class,
        DefaultOffPattern.class,
        SameNameTwice.class
      })
  void anAnnotationThatCannotHoldIsRefusedWhenTheToolIsMade(Class<? extends Record> type) {
    assertThatThrownBy(() -> Schema.ofRecord(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.getName());
  }
}

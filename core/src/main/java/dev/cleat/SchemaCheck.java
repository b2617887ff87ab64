// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.JsonSchemaException;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks values against a JSON Schema: 2020-12, or the dialect that it names. References lead
 * within the schema only; nothing is ever loaded. Thread-safe.
 *
 * <p>The one class that knows the validator, so that a program which never checks never loads it.
 */
final class SchemaCheck {
  /** More are a mistake, or an attack on who compiles them. */
  private static final int MAX_SCHEMAS = 10_000;

  private static final URI HERE = URI.create("urn:cleat:schema");

  private final Validator validator;

  /**
   * @throws IllegalArgumentException when it is no valid schema, or needs one from elsewhere
   */
  SchemaCheck(Schema schema) {
    if (size(schema.json(), 0) > MAX_SCHEMAS) {
      throw new IllegalArgumentException(
          "The schema has more than " + MAX_SCHEMAS + " parts. Make it simpler.");
    }
    // The first one checks the schema, for which it takes in the whole meta-schema, some 150 KB:
    // for
    // every tool that is called, were it kept.
    validator = validators().withDisabledSchemaValidation(true).createValidator();
    try {
      validators().createValidator().registerSchema(HERE, PlainJson.of(schema.json()));
      validator.registerSchema(HERE, PlainJson.of(schema.json()));
    } catch (JsonSchemaException | IllegalArgumentException e) {
      throw new IllegalArgumentException("This is no valid JSON Schema: " + e.getMessage(), e);
    }
  }

  private static ValidatorFactory validators() {
    return new ValidatorFactory().withJsonNodeFactory(new PlainJson.Factory());
  }

  /**
   * What is wrong with a value and where in it, in one sentence; empty when it fits.
   *
   * @throws IllegalArgumentException when the schema refers to something that it does not contain
   */
  Optional<String> problems(Map<String, Object> value) {
    Validator.Result result = validator.validate(HERE, PlainJson.of(value));
    if (result.isValid()) {
      return Optional.empty();
    }
    Problems problems = new Problems();
    for (Error error : result.getErrors()) {
      // The validator blames the value for what the schema lacks.
      if (error.getError().startsWith("Resolution of $")) {
        throw new IllegalArgumentException(
            "The schema refers to something that it does not contain, and nothing is loaded: "
                + error.getError());
      }
      String path = error.getInstanceLocation().replaceFirst("^/", "").replace('/', '.');
      problems.add(path, error.getError());
    }
    return Optional.of(problems.isEmpty() ? "they do not fit its schema." : problems.sentence());
  }

  private static int size(@Nullable Object json, int before) {
    int size = before + 1;
    if (size > MAX_SCHEMAS) {
      return size;
    }
    if (json instanceof Map<?, ?> map) {
      for (Object value : map.values()) {
        size = size(value, size);
      }
    } else if (json instanceof Iterable<?> list) {
      for (Object value : list) {
        size = size(value, size);
      }
    }
    return size;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Text;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An object of the configuration: typed and strict. Every method throws {@link ConfigException},
 * with file and line, when something is of the wrong type; strings come with variables expanded.
 */
final class ConfigObject {
  private final Source source;
  private final String path;
  private final int line;
  private final Map<String, Located> members;

  private ConfigObject(Source source, String path, int line, Map<String, Located> members) {
    this.source = source;
    this.path = path;
    this.line = line;
    this.members = members;
  }

  @SuppressWarnings("unchecked") // the parser puts nothing else into a map
  static ConfigObject of(Source source, String path, Located located) {
    if (located.value() instanceof Map<?, ?> map) {
      return new ConfigObject(source, path, located.line(), (Map<String, Located>) map);
    }
    String what = path.isEmpty() ? "the configuration" : Text.shown(path);
    throw source.error(
        located.line(), what + " has to be an object, and is " + located.kind() + ".");
  }

  String path() {
    return path;
  }

  /** The keys, in the order of the file. */
  Collection<String> keys() {
    return members.keySet();
  }

  boolean has(String key) {
    return members.containsKey(key);
  }

  /** Refuses every other key. */
  ConfigObject onlyKnows(Collection<String> known) {
    members.forEach(
        (key, member) -> {
          if (!known.contains(key)) {
            String near = Text.didYouMean(key, known);
            throw source.error(
                member.line(),
                "unknown key \""
                    + Text.shown(key)
                    + "\""
                    + Source.in(path)
                    + "."
                    + (near.isEmpty() ? allowed(known) : near));
          }
        });
    return this;
  }

  private static String allowed(Collection<String> known) {
    return known.isEmpty()
        ? " No key is known there."
        : " Known there: " + String.join(", ", known) + ".";
  }

  /** An object in it. */
  Optional<ConfigObject> object(String key) {
    return Optional.ofNullable(members.get(key))
        .map(member -> of(source, Source.join(path, key), member));
  }

  Optional<String> string(String key) {
    Located member = members.get(key);
    return member == null ? Optional.empty() : Optional.of(text(key, member, "a string"));
  }

  Optional<Boolean> bool(String key) {
    Located member = members.get(key);
    if (member == null) {
      return Optional.empty();
    }
    if (member.value() instanceof Boolean bool) {
      return Optional.of(bool);
    }
    throw wrongType(key, member, "true or false");
  }

  Optional<Duration> duration(String key) {
    Located member = members.get(key);
    if (member == null) {
      return Optional.empty();
    }
    return Optional.of(
        Durations.parse(text(key, member, Durations.ALLOWED))
            .filter(span -> !span.isZero())
            .orElseThrow(() -> wrong(key, "has to be " + Durations.ALLOWED + ", above zero.")));
  }

  /** A whole number, at least that. */
  OptionalInt integer(String key, int least) {
    Located member = members.get(key);
    if (member == null) {
      return OptionalInt.empty();
    }
    if (member.value() instanceof Long number && number >= least && number <= Integer.MAX_VALUE) {
      return OptionalInt.of(number.intValue());
    }
    if (member.value() instanceof Number) {
      throw wrong(key, "has to be a whole number from " + least + " on.");
    }
    throw wrongType(key, member, "a whole number");
  }

  List<String> strings(String key) {
    Located member = members.get(key);
    if (member == null) {
      return List.of();
    }
    if (!(member.value() instanceof List<?> elements)) {
      throw wrongType(key, member, "an array of strings");
    }
    List<String> strings = new ArrayList<>();
    for (Object element : elements) {
      strings.add(text(key + "[" + strings.size() + "]", (Located) element, "a string"));
    }
    return strings;
  }

  Map<String, String> stringsByName(String key) {
    Map<String, String> strings = new LinkedHashMap<>();
    object(key)
        .ifPresent(
            object ->
                object.members.forEach(
                    (name, member) -> strings.put(name, object.text(name, member, "a string"))));
    return strings;
  }

  /** All of it as plain values, for whoever knows their types. */
  Map<String, Object> plain() {
    Map<String, Object> values = new LinkedHashMap<>();
    members.forEach(
        (key, member) -> {
          Object value = plain(Source.join(path, key), member);
          if (value == null) {
            throw wrongType(key, member, "a value");
          }
          values.put(key, value);
        });
    return values;
  }

  private @Nullable Object plain(String at, Located located) {
    if (located.value() instanceof String text) {
      return source.expand(located.line(), at, text);
    } else if (located.value() instanceof Map) {
      return of(source, at, located).plain();
    } else if (located.value() instanceof List<?> elements) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object element : elements) {
        values.add(plain(at + "[" + values.size() + "]", (Located) element));
      }
      return values;
    }
    return located.value();
  }

  /** The lines of its keys, by path. */
  void collectLines(Map<String, Integer> lines) {
    members.forEach((key, member) -> lines.put(Source.join(path, key), member.line()));
  }

  /** What is wrong with the value of a key. */
  ConfigException wrong(String key, String problem) {
    Located member = members.get(key);
    String at = Text.shown(Source.join(path, key));
    return source.error(member == null ? line : member.line(), at + " " + problem);
  }

  /** What is wrong with the whole of it. */
  ConfigException wrong(String problem) {
    return source.error(line, Text.shown(path) + ": " + problem);
  }

  private String text(String key, Located member, String allowed) {
    if (member.value() instanceof String text) {
      return source.expand(member.line(), Source.join(path, key), text);
    }
    throw wrongType(key, member, allowed);
  }

  private ConfigException wrongType(String key, Located member, String allowed) {
    return source.error(
        member.line(),
        Text.shown(Source.join(path, key))
            + " has to be "
            + allowed
            + ", and is "
            + member.kind()
            + ".");
  }
}

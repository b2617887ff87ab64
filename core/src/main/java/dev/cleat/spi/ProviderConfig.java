// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.Text;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A provider's part of the configuration: typed, strict, and careful with secrets. Immutable.
 *
 * <p>Every getter throws {@link ConfigException} when the value is there and of another type.
 */
public final class ProviderConfig {
  private final String path;
  private final Map<String, Setting> known;
  private final Map<String, Object> values;

  private ProviderConfig(String path, Map<String, Setting> known, Map<String, Object> values) {
    this.path = path;
    this.known = known;
    this.values = values;
  }

  /**
   * The settings of one provider.
   *
   * @throws ConfigException when it does not know one of them
   */
  public static ProviderConfig of(ToolProvider provider, Map<String, ?> settings) {
    Map<String, Setting> known = new LinkedHashMap<>();
    provider.settings().forEach(setting -> known.put(setting.key(), setting));
    String path = "providers." + provider.name();
    for (String key : settings.keySet()) {
      if (!known.containsKey(key)) {
        throw new ConfigException(
            path
                + ": unknown key \""
                + Text.shown(key)
                + "\"."
                + Text.didYouMean(key, known.keySet())
                + (known.isEmpty()
                    ? " It has no settings."
                    : " Allowed are " + String.join(", ", known.keySet()) + "."));
      }
    }
    return new ProviderConfig(path, known, new LinkedHashMap<>(settings));
  }

  /** A text. */
  public Optional<String> string(String key) {
    return typed(key, String.class, "a string");
  }

  /** A switch. */
  public Optional<Boolean> bool(String key) {
    return typed(key, Boolean.class, "true or false");
  }

  /** A whole number. */
  public Optional<Long> integer(String key) {
    return typed(key, Number.class, "an integer")
        .map(
            number -> {
              double value = number.doubleValue();
              if (value != Math.rint(value) || Math.abs(value) > Long.MAX_VALUE) {
                throw wrong(key, "an integer");
              }
              return number.longValue();
            });
  }

  /** A time span such as {@code "500ms"}, {@code "30s"}, {@code "5m"}, {@code "2h"}. */
  public Optional<Duration> duration(String key) {
    return string(key)
        .map(text -> Durations.parse(text).orElseThrow(() -> wrong(key, Durations.ALLOWED)));
  }

  /** A path of the file system; {@code ~} at its start is the user's home. */
  public Optional<Path> path(String key) {
    return string(key).map(text -> path(key, text));
  }

  /** A list of paths, read as {@link #path} reads one. */
  public Optional<List<Path>> paths(String key) {
    return strings(key).map(texts -> texts.stream().map(text -> path(key, text)).toList());
  }

  private Path path(String key, String text) {
    try {
      boolean home = text.equals("~") || text.startsWith("~/");
      return home ? Path.of(System.getProperty("user.home") + text.substring(1)) : Path.of(text);
    } catch (InvalidPathException e) {
      throw wrong(key, "a path");
    }
  }

  /** A list of texts. */
  public Optional<List<String>> strings(String key) {
    return typed(key, List.class, "an array of strings")
        .map(
            list -> {
              for (Object element : (List<?>) list) {
                if (!(element instanceof String)) {
                  throw wrong(key, "an array of strings");
                }
              }
              return ((List<?>) list).stream().map(String.class::cast).toList();
            });
  }

  /** The failure of a setting whose value is of the right type and still wrong. */
  public ConfigException wrong(String key, String allowed) {
    Setting setting = known.get(key);
    Object value = values.get(key);
    String shown =
        setting == null || setting.secret() || value == null
            ? ""
            : ", and is " + Text.shown(String.valueOf(value));
    return new ConfigException(path + "." + key + " has to be " + allowed + shown + ".");
  }

  private <T> Optional<T> typed(String key, Class<T> type, String allowed) {
    if (!known.containsKey(key)) {
      throw new IllegalArgumentException(path + " has not declared the setting " + key);
    }
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw wrong(key, allowed);
    }
    return Optional.of(type.cast(value));
  }

  /** The keys that are set; no value, because it may be a secret. */
  @Override
  public String toString() {
    return path + values.keySet();
  }
}

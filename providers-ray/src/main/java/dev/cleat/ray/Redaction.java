// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Keeps secrets out of answers: the values of environment variables, what is named like a secret,
 * and the user names and passwords in URLs. Immutable; one for each job, whose secrets it knows.
 */
final class Redaction {
  /** For text that belongs to no job. */
  static final Redaction GENERAL = new Redaction(List.of());

  static final String HIDDEN = "***";

  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i).*(token|secret|passw|api_?key|credential|private_?key).*");
  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s]{1,500}(?=@)");
  // Shorter values are ordinary words more often than secrets.
  private static final int LEAST_SECRET_CHARS = 6;

  private final List<String> secrets;

  private Redaction(List<String> secrets) {
    this.secrets = secrets;
  }

  /** Knows the variables of the job's environment that are named like secrets. */
  static Redaction of(Job job) {
    List<String> secrets = new ArrayList<>();
    if (job.runtimeEnv().get("env_vars") instanceof Map<?, ?> variables) {
      variables.forEach(
          (name, value) -> {
            if (isSecret(name.toString()) && value.toString().length() >= LEAST_SECRET_CHARS) {
              secrets.add(value.toString());
            }
          });
    }
    return new Redaction(List.copyOf(secrets));
  }

  /** Text without what is known to be secret. */
  String text(String text) {
    String shown = text;
    for (String secret : secrets) {
      shown = shown.replace(secret, HIDDEN);
    }
    return shown.contains("://") ? USER_INFO.matcher(shown).replaceAll(HIDDEN) : shown;
  }

  /** Metadata without the values of what is named like a secret, and without our own entry. */
  Map<String, String> metadata(Map<String, String> metadata) {
    Map<String, String> shown = new LinkedHashMap<>();
    metadata.forEach((key, value) -> shown.put(key, isSecret(key) ? HIDDEN : text(value)));
    shown.remove(JobRequest.FINGERPRINT);
    return shown;
  }

  /** A runtime environment without the values of its environment variables. */
  Map<String, Object> runtimeEnv(Map<String, Object> env) {
    Map<String, Object> shown = new LinkedHashMap<>();
    env.forEach((key, value) -> shown.put(key, value(key, value)));
    return shown;
  }

  private Object value(String key, Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> shown = new LinkedHashMap<>();
      map.forEach(
          (name, inner) ->
              shown.put(
                  name.toString(),
                  key.equals("env_vars") ? HIDDEN : value(name.toString(), inner)));
      return shown;
    }
    if (key.equals("env_vars") || isSecret(key)) {
      return HIDDEN;
    }
    if (value instanceof List<?> list) {
      List<Object> shown = new ArrayList<>();
      list.forEach(element -> shown.add(value(key, element)));
      return shown;
    }
    return value instanceof String text ? text(text) : value;
  }

  private static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name).matches();
  }
}

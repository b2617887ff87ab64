// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The runtime environment of a job to be submitted, put together from the arguments and checked for
 * what Ray takes and fails on later.
 */
final class RuntimeEnv {
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "py_modules",
              "py_executable",
              "java_jars",
              "working_dir",
              "conda",
              "pip",
              "uv",
              "container",
              "excludes",
              "env_vars",
              "config",
              "worker_process_setup_hook",
              "_nsight",
              "nsight",
              "_rocprof_sys",
              "image_uri"));
  private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]*://.+");
  private static final Pattern FILE_NAME = Pattern.compile(".*[/\\\\].*|.*\\.(txt|ya?ml|toml)");

  private final SubmitQuery query;
  private final Map<String, Object> given;

  RuntimeEnv(SubmitQuery query) {
    this.query = query;
    this.given = query.runtimeEnv().orElse(Map.of());
  }

  /**
   * The directory of this machine that is to be sent along, if one is meant.
   *
   * @throws ToolFailure when two are
   */
  Optional<String> localDirectory() {
    return workingDir().filter(text -> !URI.matcher(text).matches());
  }

  /** What of that directory is to be left out. */
  List<String> excludes() {
    List<String> all = new ArrayList<>(query.excludes().orElse(List.of()));
    if (given.get("excludes") instanceof List<?> more) {
      for (Object one : more) {
        if (!(one instanceof String text)) {
          throw ToolFailure.invalidArgument(
              "runtime_env.excludes has to be a list of strings.", "");
        }
        all.add(text);
      }
    } else if (given.containsKey("excludes")) {
      throw ToolFailure.invalidArgument("runtime_env.excludes has to be a list of strings.", "");
    }
    return all;
  }

  /**
   * What Ray gets.
   *
   * @param sent the URI of the directory that was sent along
   */
  Map<String, Object> wire(Optional<String> sent) {
    for (String key : given.keySet()) {
      if (!KEYS.contains(key)) {
        throw ToolFailure.invalidArgument(
            "runtime_env has no key \"" + Text.shown(key) + "\"." + Text.didYouMean(key, KEYS),
            "Allowed are " + String.join(", ", KEYS) + ".");
      }
    }
    requireRemote("py_modules");
    requireRemote("java_jars");
    for (String packages : List.of("pip", "uv", "conda")) {
      requireNoFile(packages);
    }
    Map<String, Object> env = new LinkedHashMap<>(given);
    workingDir().ifPresent(text -> env.put("working_dir", text));
    sent.ifPresent(uri -> env.put("working_dir", uri));
    if (sent.isPresent()) {
      // Applied already.
      env.remove("excludes");
    } else if (query.excludes().isPresent()) {
      throw ToolFailure.invalidArgument(
          "excludes choose from a working_dir of this machine, and none is given.",
          "Leave excludes out, or give working_dir as a path.");
    }
    Map<String, String> variables = variables();
    if (!variables.isEmpty()) {
      env.put("env_vars", variables);
    }
    return env;
  }

  private Optional<String> workingDir() {
    Object inner = given.get("working_dir");
    if (given.containsKey("working_dir") && !(inner instanceof String)) {
      throw ToolFailure.invalidArgument("runtime_env.working_dir has to be a string.", "");
    }
    if (inner != null && query.workingDir().isPresent()) {
      throw ToolFailure.invalidArgument(
          "working_dir and runtime_env.working_dir are both given.", "Leave one of them out.");
    }
    return query.workingDir().or(() -> Optional.ofNullable((String) inner));
  }

  private void requireRemote(String key) {
    if (!(given.get(key) instanceof List<?> list)) {
      return;
    }
    for (Object element : list) {
      if (element instanceof String text && !URI.matcher(text).matches()) {
        throw ToolFailure.invalidArgument(
            "runtime_env."
                + key
                + " has the path \""
                + Text.shown(text)
                + "\", and Ray's nodes can only fetch URIs.",
            "Put it into working_dir, which is sent along and importable, or give a URI such as"
                + " https://…/module.zip.");
      }
    }
  }

  // Ray's own client reads such a file before it submits; the cluster would look for it on a node.
  private void requireNoFile(String key) {
    if (given.get(key) instanceof String text && FILE_NAME.matcher(text).matches()) {
      throw ToolFailure.invalidArgument(
          "runtime_env." + key + " is the name of a file, which the cluster does not have.",
          "Give what is in it, such as [\"requests==2.32.3\"].");
    }
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new TreeMap<>();
    if (given.get("env_vars") instanceof Map<?, ?> inner) {
      inner.forEach((name, value) -> variables.put(name.toString(), variable(name, value)));
    } else if (given.containsKey("env_vars")) {
      throw ToolFailure.invalidArgument("runtime_env.env_vars has to be an object of strings.", "");
    }
    query
        .environment()
        .orElse(Map.of())
        .forEach(
            (name, value) -> {
              String other = variables.put(name, value);
              if (other != null && !other.equals(value)) {
                throw ToolFailure.invalidArgument(
                    "environment and runtime_env.env_vars both set "
                        + Text.shown(name)
                        + ", to different values.",
                    "Set it in one of them.");
              }
            });
    return variables;
  }

  private static String variable(Object name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw ToolFailure.invalidArgument(
        "runtime_env.env_vars." + Text.shown(name.toString()) + " has to be a string.",
        "Put the value in quotation marks.");
  }
}

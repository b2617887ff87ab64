// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A job to be submitted, checked for what Ray takes and fails on later.
 *
 * <p>Ray does not tell which resources a job was submitted with. So that the same request can be
 * told from another one under the same id, a digest of it goes along as metadata.
 */
final class JobRequest {
  /** The metadata entry that holds the digest. */
  static final String FINGERPRINT = "cleat_request";

  private static final Set<String> RUNTIME_ENV_KEYS =
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

  private final String id;
  private final Map<String, Object> wire;
  private final Map<String, String> metadata;
  private final String fingerprint;
  private final Map<String, Double> wants;

  private JobRequest(
      String id,
      Map<String, Object> wire,
      Map<String, String> metadata,
      String fingerprint,
      Map<String, Double> wants) {
    this.id = id;
    this.wire = wire;
    this.metadata = metadata;
    this.fingerprint = fingerprint;
    this.wants = wants;
  }

  /**
   * The request under that id.
   *
   * @throws ToolFailure when Ray could not run it
   */
  static JobRequest of(SubmitQuery query, String id) {
    JobId.require(id);
    if (query.entrypoint().isBlank()) {
      throw ToolFailure.invalidArgument(
          "The entrypoint is blank.", "Give a command, such as \"python train.py\".");
    }
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("entrypoint", query.entrypoint());
    Map<String, Object> env = runtimeEnv(query);
    if (!env.isEmpty()) {
      wire.put("runtime_env", env);
    }
    Map<String, Double> wants = wants(query);
    query.entrypointNumCpus().ifPresent(n -> wire.put("entrypoint_num_cpus", n));
    query.entrypointNumGpus().ifPresent(n -> wire.put("entrypoint_num_gpus", n));
    query.entrypointMemory().ifPresent(n -> wire.put("entrypoint_memory", n));
    query.entrypointResources().ifPresent(map -> wire.put("entrypoint_resources", map));
    query.entrypointLabelSelector().ifPresent(map -> wire.put("entrypoint_label_selector", map));
    Map<String, String> metadata = query.metadata().orElse(Map.of());
    if (metadata.containsKey(FINGERPRINT)) {
      throw ToolFailure.invalidArgument(
          "metadata." + FINGERPRINT + " is set by this tool.", "Use another key.");
    }
    wire.put("metadata", metadata);
    String fingerprint = digest(wire);
    Map<String, String> signed = new TreeMap<>(metadata);
    signed.put(FINGERPRINT, fingerprint);
    wire.put("metadata", signed);
    wire.put("submission_id", id);
    return new JobRequest(id, wire, metadata, fingerprint, wants);
  }

  String id() {
    return id;
  }

  /** What Ray gets. */
  Map<String, Object> wire() {
    return wire;
  }

  /** The resources that one node has to have, so that the entrypoint starts. */
  Map<String, Double> wants() {
    return wants;
  }

  /** Whether that job came from the same request. */
  boolean isOf(Job job) {
    String digest = job.metadata().get(FINGERPRINT);
    if (digest != null) {
      return digest.equals(fingerprint);
    }
    return wants.isEmpty()
        && !wire.containsKey("entrypoint_label_selector")
        && job.entrypoint().equals(wire.get("entrypoint"))
        && job.metadata().equals(metadata)
        && job.runtimeEnv().equals(wire.getOrDefault("runtime_env", Map.of()));
  }

  private static Map<String, Object> runtimeEnv(SubmitQuery query) {
    Map<String, Object> env = new LinkedHashMap<>(query.runtimeEnv().orElse(Map.of()));
    for (String key : env.keySet()) {
      if (!RUNTIME_ENV_KEYS.contains(key)) {
        throw ToolFailure.invalidArgument(
            "runtime_env has no key \""
                + Text.shown(key)
                + "\"."
                + Text.didYouMean(key, RUNTIME_ENV_KEYS),
            "Allowed are " + String.join(", ", RUNTIME_ENV_KEYS) + ".");
      }
    }
    if (env.get("working_dir") instanceof String directory && !URI.matcher(directory).matches()) {
      throw ToolFailure.invalidArgument(
          "runtime_env.working_dir is a path, and Ray can only fetch a URI.",
          "Give a URI such as https://…/code.zip, s3://…, gs://… or gcs://….");
    }
    Map<String, String> variables = new TreeMap<>();
    if (env.get("env_vars") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> variables.put(name.toString(), variable(name, value)));
    } else if (env.containsKey("env_vars")) {
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
    if (!variables.isEmpty()) {
      env.put("env_vars", variables);
    }
    return env;
  }

  private static String variable(Object name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw ToolFailure.invalidArgument(
        "runtime_env.env_vars." + Text.shown(name.toString()) + " has to be a string.",
        "Put the value in quotation marks.");
  }

  private static Map<String, Double> wants(SubmitQuery query) {
    Map<String, Double> wants = new TreeMap<>(query.entrypointResources().orElse(Map.of()));
    for (String own : List.of("CPU", "GPU", "memory")) {
      if (wants.containsKey(own)) {
        throw ToolFailure.invalidArgument(
            "entrypoint_resources." + own + " is not a custom resource.",
            "Use entrypoint_num_cpus, entrypoint_num_gpus or entrypoint_memory.");
      }
    }
    wants.forEach(
        (name, amount) -> {
          if (!(amount >= 0) || Double.isInfinite(amount)) {
            throw ToolFailure.invalidArgument(
                "entrypoint_resources." + Text.shown(name) + " cannot be " + amount + ".",
                "Allowed are numbers from 0.");
          }
        });
    query
        .entrypointNumGpus()
        .filter(gpus -> gpus > 1 && gpus != Math.rint(gpus))
        .ifPresent(
            gpus -> {
              throw ToolFailure.invalidArgument(
                  "entrypoint_num_gpus cannot be " + gpus + ".",
                  "Allowed are fractions from 0 to 1, and whole numbers.");
            });
    query.entrypointNumCpus().ifPresent(n -> wants.put("CPU", n));
    query.entrypointNumGpus().ifPresent(n -> wants.put("GPU", n));
    query.entrypointMemory().ifPresent(n -> wants.put("memory", (double) n));
    wants.values().removeIf(amount -> amount == 0);
    return wants;
  }

  private static String digest(Map<String, Object> wire) {
    try {
      byte[] json = RayJson.write(sorted(wire));
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(json);
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  private static Map<String, Object> sorted(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach(
        (key, value) ->
            sorted.put(key.toString(), value instanceof Map<?, ?> inner ? sorted(inner) : value));
    return sorted;
  }
}

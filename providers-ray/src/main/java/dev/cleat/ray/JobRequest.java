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
import java.util.Optional;
import java.util.TreeMap;

/**
 * A job to be submitted, checked for what Ray takes and fails on later.
 *
 * <p>Ray does not tell which resources a job was submitted with. So that the same request can be
 * told from another one under the same id, a digest of it goes along as metadata.
 */
final class JobRequest {
  /** The metadata entry that holds the digest. */
  static final String FINGERPRINT = "cleat_request";

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
   * @param code the URI of a directory that was sent along
   * @throws ToolFailure when Ray could not run it
   */
  static JobRequest of(SubmitQuery query, String id, Optional<String> code) {
    JobId.require(id);
    if (query.entrypoint().isBlank()) {
      throw ToolFailure.invalidArgument(
          "The entrypoint is blank.", "Give a command, such as \"python train.py\".");
    }
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("entrypoint", query.entrypoint());
    Map<String, Object> env = new RuntimeEnv(query).wire(code);
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

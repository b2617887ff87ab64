// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.spi.SafeEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the nodes of a cluster get of this process's environment: what any program gets, and what
 * Python, Ray and drivers of GPUs need; no secret, because any job can print what it has.
 */
final class NodeEnvironment {
  private static final Set<String> NAMES =
      Set.of(
          "LANGUAGE",
          "LD_LIBRARY_PATH",
          "DYLD_LIBRARY_PATH",
          "VIRTUAL_ENV",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "REQUESTS_CA_BUNDLE");
  private static final List<String> PREFIXES =
      List.of("LC_", "CUDA_", "NVIDIA_", "NCCL_", "OMP_", "MKL_", "PYTHON", "CONDA_", "RAY_");

  // Each of them names a cluster, or a token, or is left over from a job that this JVM runs in.
  private static final Set<String> OF_OTHER_CLUSTERS =
      Set.of(
          "RAY_ADDRESS",
          "RAY_API_SERVER_ADDRESS",
          "RAY_AUTH_TOKEN",
          "RAY_JOB_CONFIG_JSON_ENV_VAR",
          "RAY_JOB_HEADERS",
          "RAY_NAMESPACE",
          "RAY_RAYLET_PID",
          "RAY_TMPDIR");

  private NodeEnvironment() {}

  /**
   * Leaves those variables in an environment.
   *
   * @param more names that a person lets through, too; one that ends with * is a beginning
   */
  static void restrict(Map<String, String> environment, List<String> more) {
    SafeEnvironment.restrict(environment, name -> passes(name, more));
  }

  private static boolean passes(String name, List<String> more) {
    if (OF_OTHER_CLUSTERS.contains(name)) {
      return false;
    }
    return NAMES.contains(name)
        || PREFIXES.stream().anyMatch(name::startsWith)
        || more.stream().anyMatch(allowed -> fits(name, allowed));
  }

  private static boolean fits(String name, String allowed) {
    return allowed.endsWith("*")
        ? name.startsWith(allowed.substring(0, allowed.length() - 1))
        : name.equals(allowed);
  }
}

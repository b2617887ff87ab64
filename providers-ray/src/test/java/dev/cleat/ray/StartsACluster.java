// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A launcher in a JVM of its own: starts one cluster and stays until it is killed. */
final class StartsACluster {
  private StartsACluster() {}

  /**
   * @param arguments the {@code ray} command, the state directory, and the name of the cluster
   */
  public static void main(String[] arguments) throws Exception {
    LocalClusters local = new LocalClusters(Path.of(arguments[0]), Path.of(arguments[1]));
    local.start(local.request(arguments[2]));
    // Whoever forgets to kill it does not keep it for ever.
    if (!new CountDownLatch(1).await(5, TimeUnit.MINUTES)) {
      local.close();
    }
  }

  /** Starts such a JVM. */
  static Process launch(Path command, Path state, String name) throws Exception {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-cp", System.getProperty("java.class.path")));
    java.addAll(
        List.of(StartsACluster.class.getName(), command.toString(), state.toString(), name));
    return new ProcessBuilder(java).inheritIO().start();
  }
}

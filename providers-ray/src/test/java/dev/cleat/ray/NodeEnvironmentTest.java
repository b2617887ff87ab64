// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What nodes, and so all jobs, get of this process's environment. */
class NodeEnvironmentTest {
  private static final Map<String, String> OURS =
      Map.of(
          "PATH", "/bin",
          "LC_ALL", "C",
          "CUDA_VISIBLE_DEVICES", "0",
          "RAY_SCHEDULER_EVENTS", "0",
          "RAY_ADDRESS", "ray://other:10001",
          "RAY_AUTH_TOKEN", "secret",
          "WIKI_TOKEN", "secret",
          "AWS_SECRET_ACCESS_KEY", "secret",
          "AWSOME", "no");

  @Test
  void noSecretPasses() {
    assertThat(restricted(List.of()))
        .containsOnlyKeys("PATH", "LC_ALL", "CUDA_VISIBLE_DEVICES", "RAY_SCHEDULER_EVENTS");
  }

  @Test
  void whatAPersonLetsThroughPassesUnlessItNamesAnotherCluster() {
    assertThat(restricted(List.of("AWS_*", "WIKI_TOKEN", "RAY_*")))
        .containsKeys("AWS_SECRET_ACCESS_KEY", "WIKI_TOKEN")
        .doesNotContainKeys("AWSOME", "RAY_ADDRESS", "RAY_AUTH_TOKEN");
  }

  @Test
  void functionsOfAShellDoNotPass() {
    Map<String, String> environment = new HashMap<>(Map.of("LC_F", "() { :; }", "LANG", "C"));
    NodeEnvironment.restrict(environment, List.of());
    assertThat(environment).containsOnlyKeys("LANG");
  }

  private static Map<String, String> restricted(List<String> more) {
    Map<String, String> environment = new HashMap<>(OURS);
    NodeEnvironment.restrict(environment, more);
    return environment;
  }
}

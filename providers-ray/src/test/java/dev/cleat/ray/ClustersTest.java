// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Which cluster is meant: one pass, one answer, or the choice. */
class ClustersTest {
  private static final List<String> NAMES = List.of("prod", "a.b", "ray-1");
  private static final List<String> NAMESPACES = List.of("default", "team");

  @Provide
  Arbitrary<Set<FakeBackend.Cluster>> known() {
    return Combinators.combine(
            Arbitraries.of(RayKind.class), Arbitraries.of(NAMES), Arbitraries.of(NAMESPACES))
        .as(
            (kind, name, namespace) ->
                new FakeBackend.Cluster(
                    kind,
                    name,
                    kind == RayKind.KUBERNETES ? Optional.of(namespace) : Optional.empty(),
                    Optional.of("http://127.0.0.1:1")))
        .set()
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<Target> wanted() {
    return Combinators.combine(
            Arbitraries.of(Target.Kind.class),
            Arbitraries.of(NAMES).optional(0.5),
            Arbitraries.of(NAMESPACES))
        .as(Target::new);
  }

  @Property(tries = 2000)
  void oneClusterIsFoundOrTheFailureListsTheChoices(
      @ForAll("known") Set<FakeBackend.Cluster> known,
      @ForAll Set<RayKind> connected,
      @ForAll("wanted") Target wanted)
      throws Exception {
    Set<RayKind> kinds = new LinkedHashSet<>(connected);
    List<RayBackend> backends = new ArrayList<>();
    List<FakeBackend.Cluster> there = new ArrayList<>();
    for (RayKind kind : kinds) {
      FakeBackend backend = new FakeBackend(kind);
      known.stream().filter(cluster -> cluster.kind() == kind).forEach(backend.targets::add);
      backend.targets.forEach(target -> there.add((FakeBackend.Cluster) target));
      backends.add(backend);
    }
    List<FakeBackend.Cluster> meant =
        there.stream().filter(cluster -> isMeant(wanted, cluster)).toList();
    boolean missing = wanted.clusterType().one().filter(kind -> !kinds.contains(kind)).isPresent();

    try (Clusters clusters =
        new Clusters(backends, Duration.ofSeconds(1), InstantSource.system())) {
      if (!missing && meant.size() == 1) {
        assertThat(clusters.find(wanted).target()).isEqualTo(meant.get(0));
        return;
      }
      ToolFailure failure = catchThrowableOfType(ToolFailure.class, () -> clusters.find(wanted));
      assertThat(failure.kind()).isEqualTo(expected(missing, there, meant));
      List<FakeBackend.Cluster> choices = meant.isEmpty() ? there : meant;
      if (!missing) {
        choices.forEach(cluster -> assertThat(failure.hint()).contains(cluster.name()));
      }
    }
    for (RayBackend backend : backends) {
      assertThat(((FakeBackend) backend).done).containsExactly("close");
    }
  }

  // Written once more in other words than those of the code.
  private static boolean isMeant(Target wanted, FakeBackend.Cluster cluster) {
    String kind = wanted.clusterType().name().replace("K8S", "KUBERNETES");
    if (!kind.equals("AUTO") && !kind.equals(cluster.kind().name())) {
      return false;
    }
    if (wanted.clusterName().isPresent() && !wanted.clusterName().get().equals(cluster.name())) {
      return false;
    }
    return wanted.namespace().equals(cluster.namespace().orElse("default"));
  }

  private static FailureKind expected(boolean missing, List<?> there, List<?> meant) {
    if (missing) {
      return UNSUPPORTED;
    }
    if (there.isEmpty()) {
      return UNAVAILABLE;
    }
    return meant.isEmpty() ? NOT_FOUND : INVALID_ARGUMENT;
  }

  @Test
  void aWriteThatMayMeanTwoClustersReachesNeither() throws Exception {
    try (ScriptedDashboard local = new ScriptedDashboard();
        ScriptedDashboard kuberay = new ScriptedDashboard();
        OpenTools tools =
            OpenTools.over(
                new FakeBackend(RayKind.LOCAL).with("prod", local.url()),
                new FakeBackend(RayKind.KUBERNETES).in("default", "prod", kuberay.url()))) {
      assertThat(
              tools
                  .failure(
                      INVALID_ARGUMENT,
                      "cancel_ray_job",
                      Map.of("job_id", "a", "cluster_name", "prod"))
                  .hint())
          .contains("\"prod\" (local)", "\"prod\" (kubernetes, namespace default)");
      assertThat(local.asked()).isEmpty();
      assertThat(kuberay.asked()).isEmpty();

      local.job("a", "SUCCEEDED");
      assertThat(
              tools
                  .answer(
                      "inspect_ray_job",
                      Map.of("job_id", "a", "cluster_name", "prod", "job_type", "local"))
                  .get("cluster")
                  .toString())
          .contains("name=prod", "type=local");
      assertThat(kuberay.asked()).isEmpty();
    }
  }

  @Test
  void whatWasOpenedToAClusterIsKeptWhileItIsThere() throws Exception {
    FakeBackend backend = new FakeBackend(RayKind.LOCAL).with("a", "http://127.0.0.1:1");
    try (Clusters clusters =
        new Clusters(List.of(backend), Duration.ofSeconds(1), InstantSource.system())) {
      RayCluster first = clusters.find(Target.only());
      assertThat(clusters.find(Target.only())).isSameAs(first);

      backend.targets.clear();
      assertThat(catchThrowableOfType(ToolFailure.class, () -> clusters.find(Target.only())).kind())
          .isEqualTo(UNAVAILABLE);
      backend.with("a", "http://127.0.0.1:1");
      assertThat(clusters.find(Target.only())).isNotSameAs(first);
    }
  }
}

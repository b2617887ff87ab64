// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class NeedTest {
  private static final RayNode EUROPE = node("a", true, Map.of("CPU", 2.0), Map.of("region", "eu"));
  private static final RayNode DEAD = node("b", false, Map.of("CPU", 64.0), Map.of("region", "us"));

  @Test
  void aNodeThatIsDeadGivesNothing() {
    assertThat(need(Map.of("CPU", 64.0)).infeasibleOn(List.of(EUROPE, DEAD)))
        .contains("No node has CPU 64, and the most that one node has is 2.");
    assertThat(labelled("us").infeasibleOn(List.of(EUROPE, DEAD)))
        .contains("No node has the labels {region=us}.");
  }

  @Test
  void labelsAreChosenAsRayDoes() {
    List<RayNode> nodes = List.of(EUROPE);
    for (String fits : List.of("eu", "in(us,eu)", "in(us, eu)", "!us", "!in(us,cn)")) {
      assertThat(labelled(fits).infeasibleOn(nodes)).as(fits).isEmpty();
    }
    for (String other : List.of("us", "in(us,cn)", "!eu", "!in(eu)", "")) {
      assertThat(labelled(other).infeasibleOn(nodes)).as(other).isPresent();
    }
  }

  @Test
  void whatIsBoundToANodeThatIsGoneIsSaidToBe() {
    Need bound = new Need(Map.of(), Map.of("ray.io/node-id", "0123456789abcdef"));

    assertThat(bound.infeasibleOn(List.of(EUROPE)))
        .contains("It is bound to node 0123456789ab…, which is not alive.");
    assertThat(bound.text()).isEqualTo("on node 0123456789ab…");
  }

  @Test
  void whatIsBoundToTheHeadIsSaidToBe() {
    assertThat(need(Map.of("node:__internal_head__", 0.001, "CPU", 1.0)).text())
        .isEqualTo("CPU 1, to be on the head");
    assertThat(need(Map.of("node:__internal_head__", 0.001)).infeasibleOn(List.of(EUROPE)))
        .isPresent();
  }

  @Test
  void memoryIsToldInGigabytes() {
    Need need = need(Map.of("memory", 64e9, "GPU", 0.5));

    assertThat(need.text()).isEqualTo("GPU 0.50, memory 64.0 GB");
    assertThat(need.infeasibleOn(List.of(EUROPE)).orElseThrow())
        .contains("memory 64.0 GB, and the most that one node has is 0");
  }

  @Property
  void itIsInfeasibleOnlyIfNoLivingNodeHasAllOfIt(
      @ForAll("nodes") List<RayNode> nodes, @ForAll("resources") Map<String, Double> wants) {
    boolean fits =
        nodes.stream()
            .filter(RayNode::alive)
            .anyMatch(
                node ->
                    wants.entrySet().stream()
                        .allMatch(want -> node.total(want.getKey()) >= want.getValue()));

    Optional<String> why = need(wants).infeasibleOn(nodes);

    assertThat(why.isEmpty()).isEqualTo(fits || wants.isEmpty());
  }

  @Provide
  Arbitrary<List<RayNode>> nodes() {
    return Combinators.combine(Arbitraries.of(true, false), resources())
        .as((alive, has) -> node("n", alive, has, Map.of()))
        .list()
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<Map<String, Double>> resources() {
    return Arbitraries.maps(
            Arbitraries.of("CPU", "GPU", "x"), Arbitraries.of(0.0, 0.5, 1.0, 2.0, 64.0))
        .ofMaxSize(3);
  }

  private static Need need(Map<String, Double> resources) {
    return new Need(resources, Map.of());
  }

  private static Need labelled(String selector) {
    return new Need(Map.of(), Map.of("region", selector));
  }

  private static RayNode node(
      String id, boolean alive, Map<String, Double> has, Map<String, String> labels) {
    return new RayNode(id, false, alive, Optional.empty(), has, labels);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HealthRulesTest {

  private static final HealthRules RULES =
      new HealthRules(HealthLimits.standard(), Penalties.standard(), XidCatalog.load());

  @Test
  void anyCodeForAnyQuestionIsNeverHealthyUnlessTheModelOrTheDriverExplainsIt() {
    for (GpuQuery<?> query : GpuQuery.ALL) {
      for (int code : new int[] {2, 4, 6, 10, 14, 15, 16, 17, 18, 999, 4711}) {
        HealthReport report = judge(sample -> with(sample, query, new NvmlCode(code)));

        boolean explained = query == GpuQuery.PAGES_PENDING;
        assertThat(report.verdict()).as(query + " " + code).isNotEqualTo(Verdict.HEALTHY);
        assertThat(explained || !report.findings().isEmpty()).isTrue();
      }
    }
  }

  @Test
  void notSupportedIsUnknownWhereTheModelShouldKnow() {
    for (GpuQuery<?> query :
        List.of(
            GpuQuery.TEMPERATURE,
            GpuQuery.ECC_VOLATILE,
            GpuQuery.REMAP,
            GpuQuery.RECOVERY_ACTION)) {
      HealthReport report = judge(sample -> with(sample, query, NvmlCode.NOT_SUPPORTED));

      assertThat(report.verdict()).isEqualTo(Verdict.UNKNOWN);
      assertThat(report.gpus().get(0).score().isPresent()).isEqualTo(query == GpuQuery.REMAP);
    }
  }

  @Test
  void aMachineThatCannotBeCountedIsUnknownAndAMismatchOfDriverAndLibraryCritical() {
    NvmlException failed = new NvmlException("nvmlInit_v2", new NvmlCode(9));
    NvmlException mismatch = new NvmlException("nvmlInit_v2", NvmlCode.LIB_RM_VERSION_MISMATCH);

    assertThat(judgeNode(node -> withFailure(node, failed)).verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(judgeNode(node -> withFailure(node, failed)).score()).isEmpty();
    assertThat(judgeNode(node -> withFailure(node, mismatch)).verdict())
        .isEqualTo(Verdict.CRITICAL);
  }

  @Test
  void fewerGpusThanExpectedIsCritical() {
    HealthReport report =
        RULES.judge(sample(), Optional.empty(), Optional.of(9), List.of(), Optional.empty());

    assertThat(report.findings()).extracting(Finding::id).containsExactly("count_unexpected");
    assertThat(report.verdict()).isEqualTo(Verdict.CRITICAL);
  }

  @Test
  void anIncidentIsOverOnceTheDriverNoLongerAsksForAnything() {
    Optional<Instant> booted = Optional.of(FixedClock.START.minusSeconds(3_600));
    KernelLogLines log = new KernelLogLines(FixedClock.START, booted);
    log.add("4,1,1000000,-;NVRM: Xid (PCI:0000:18:00): 119, pid=1, name=x, Timeout after 6s");
    log.add(
        "4,2,1100000,-;NVRM: Xid (PCI:0000:18:00): 154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");

    HealthReport report =
        RULES.judge(
            sample(),
            Optional.empty(),
            Optional.empty(),
            XidIncidents.of(log.content("t").events()),
            Optional.empty());

    assertThat(report.verdict()).isEqualTo(Verdict.HEALTHY);
    assertThat(report.findings()).extracting(Finding::id).containsExactly("xid_119");
  }

  @Property(tries = 300)
  void theVerdictIsAlwaysTheWorstFindingAndTheScoreStaysInRange(
      @ForAll long seed, @ForAll @IntRange(max = 12) int faults) {
    Random random = new Random(seed);
    HealthReport report =
        judge(
            gpu -> {
              GpuSample broken = gpu;
              for (int i = 0; i < faults; i++) {
                GpuQuery<?> query = GpuQuery.ALL.get(random.nextInt(GpuQuery.ALL.size()));
                broken = with(broken, query, new NvmlCode(random.nextInt(30)));
              }
              return broken;
            });

    assertThat(report.verdict()).isEqualTo(HealthReport.verdictOf(report.findings()));
    report.score().ifPresent(score -> assertThat(score).isBetween(0, 100));
    assertThat(report.findings()).isSortedAccordingTo(Finding.WORST_FIRST);
  }

  private static HealthReport judge(UnaryOperator<GpuSample> change) {
    return judgeNode(
        node ->
            new NodeSample(
                node.source(),
                node.node(),
                node.takenAt(),
                node.driverVersion(),
                node.cudaVersion(),
                node.failure(),
                node.gpus().stream()
                    .map(gpu -> gpu.index() == 0 ? change.apply(gpu) : gpu)
                    .toList(),
                node.pciBus(),
                node.driverLoadedAt()));
  }

  private static HealthReport judgeNode(UnaryOperator<NodeSample> change) {
    return RULES.judge(
        change.apply(sample()), Optional.empty(), Optional.empty(), List.of(), Optional.empty());
  }

  private static NodeSample withFailure(NodeSample node, NvmlException failure) {
    return new NodeSample(
        node.source(),
        node.node(),
        node.takenAt(),
        node.driverVersion(),
        node.cudaVersion(),
        Optional.of(failure),
        List.of(),
        node.pciBus(),
        node.driverLoadedAt());
  }

  private static GpuSample with(GpuSample gpu, GpuQuery<?> query, NvmlCode code) {
    Map<GpuQuery<?>, Reading<?>> readings = new HashMap<>(gpu.readings());
    readings.put(query, new Reading.Unread<>(query.call(), code));
    return new GpuSample(gpu.index(), readings, gpu.inferredPci());
  }

  private static NodeSample sample() {
    FixedClock clock = new FixedClock();
    return Sampler.sample(
        new SimulatedNvml(SimProfile.H100X8, SimScenario.HEALTHY, 1, clock),
        clock.instant(),
        GpuQuery.ALL);
  }
}

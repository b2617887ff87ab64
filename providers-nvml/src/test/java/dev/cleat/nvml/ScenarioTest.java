// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScenarioTest {

  @ParameterizedTest
  @CsvSource({
    "healthy, healthy, ''",
    "idle, healthy, ''",
    "training, healthy, ''",
    "lost, critical, gpu_lost",
    "reset-required, critical, reset_required",
    "hang, critical, not_answering",
    "count-mismatch, critical, count_mismatch",
    "dbe-new, critical, ecc_uncorrected",
    "dbe-old, healthy, ''",
    "ecc-rising, warning, ecc_corrected_rate",
    "remap-pending, degraded, remap_pending",
    "remap-failed, critical, remap_failed",
    "hot, critical, temperature",
    "power-brake, degraded, power_brake",
    "nvlink-down, degraded, nvlink_down",
    "pcie-narrow, degraded, pcie_degraded",
    "straggler, warning, slower_than_peers",
    "no-permission, unknown, unreadable",
    "old-driver, healthy, ''",
    "app-fault, healthy, ''",
    "memory-cascade, critical, recovery_action",
    "gsp-timeout, critical, recovery_action"
  })
  void everyScenarioGetsItsVerdict(String scenario, String verdict, String worst) {
    HealthReport report = judge(SimProfile.H100X8, SimScenario.named(scenario).orElseThrow());

    assertThat(report.verdict().name()).isEqualToIgnoringCase(verdict);
    List<Finding> findings = report.findings();
    assertThat(report.verdict() == Verdict.HEALTHY ? "" : findings.get(0).id()).isEqualTo(worst);
  }

  @Test
  void everyScenarioIsInTheTableOfVerdicts() {
    assertThat(SimScenario.values()).hasSize(22);
  }

  static Stream<Arguments> allPairs() {
    return Stream.of(SimProfile.values())
        .flatMap(
            profile ->
                Stream.of(SimScenario.values())
                    .filter(scenario -> scenario.refuses(profile).isEmpty())
                    .map(scenario -> Arguments.of(profile, scenario)));
  }

  @ParameterizedTest
  @MethodSource("allPairs")
  void onEveryMachineOnlyTheSickAreCalledSick(SimProfile profile, SimScenario scenario) {
    HealthReport report = judge(profile, scenario);
    HealthReport onH100 = judge(SimProfile.H100X8, scenario);

    assertThat(report.verdict()).isEqualTo(onH100.verdict());
    boolean all = scenario == SimScenario.NO_PERMISSION;
    assertThat(report.gpus())
        .filteredOn(gpu -> gpu.sample().index() != profile.sick() && !all)
        .allSatisfy(gpu -> assertThat(gpu.verdict()).isEqualTo(Verdict.HEALTHY));
  }

  @ParameterizedTest
  @MethodSource("allPairs")
  void everyFindingThatIsNotInformationSaysWhatToDo(SimProfile profile, SimScenario scenario) {
    assertThat(judge(profile, scenario).findings())
        .filteredOn(finding -> finding.severity() != Finding.Severity.INFO)
        .allSatisfy(
            finding -> {
              assertThat(finding.action()).isNotEmpty();
              assertThat(finding.source()).isNotEmpty();
              assertThat(finding.value()).isNotEmpty();
            });
  }

  @Test
  void busyIdleAndOldErrorsAreNotCritical() {
    for (SimScenario scenario :
        List.of(SimScenario.TRAINING, SimScenario.IDLE, SimScenario.DBE_OLD)) {
      for (SimProfile profile : SimProfile.values()) {
        assertThat(judge(profile, scenario).findings())
            .allMatch(finding -> finding.severity() == Finding.Severity.INFO);
      }
    }
  }

  @Test
  void aLostGpuIsFoundByEliminationAndNamedWithItsIncident() {
    HealthReport report = judge(SimProfile.H100X8, SimScenario.LOST);

    HealthReport.Gpu lost = report.gpus().get(5);
    assertThat(lost.sample().pci().map(PciAddress::text)).contains("0000:ab:00.0");
    assertThat(lost.score()).contains(0);
    assertThat(lost.findings()).extracting(Finding::id).containsExactly("gpu_lost", "xid_79");
    assertThat(lost.findings().get(0).since()).isPresent();
    assertThat(report.gpus().get(4).verdict()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void aMissingGpuIsNamedByItsAddress() {
    HealthReport report = judge(SimProfile.H100X8, SimScenario.COUNT_MISMATCH);

    assertThat(report.gpus()).hasSize(7);
    assertThat(report.ofNode().get(0).value()).contains("0000:ab:00.0");
  }

  @Test
  void aDriverThatDoesNotKnowAQuestionIsNotAnUnwellGpuAndIsTold() {
    HealthReport report = judge(SimProfile.H100X8, SimScenario.OLD_DRIVER);

    assertThat(report.hidden())
        .contains("recovery action", "NVLink fabric", "SRAM error threshold");
    assertThat(report.score()).contains(100);
  }

  @Test
  void whatMayNotBeReadTakesTheScoreAway() {
    HealthReport report = judge(SimProfile.H100X8, SimScenario.NO_PERMISSION);

    assertThat(report.score()).isEmpty();
    assertThat(report.findings().get(0).value()).contains("NVML_ERROR_NO_PERMISSION (4)");
  }

  @Test
  void theSameSeedGivesTheSameMachineAndAnotherSeedAnother() {
    NodeSample one = sample(SimProfile.MIXED, SimScenario.TRAINING, 7);

    assertThat(sample(SimProfile.MIXED, SimScenario.TRAINING, 7)).isEqualTo(one);
    assertThat(sample(SimProfile.MIXED, SimScenario.TRAINING, 8)).isNotEqualTo(one);
  }

  @Test
  void aRateIsTakenOverTheWindowBetweenTwoSamples() throws Exception {
    FixedClock clock = new FixedClock();
    try (Calls calls = Calls.with(Map.of("source", "simulated:h100x8/ecc-rising"), clock)) {
      calls.answer("get_gpu_health", Map.of());
      clock.advance(java.time.Duration.ofMinutes(30));

      assertThat(calls.json("get_gpu_health", Map.of()))
          .contains("240 per hour (120 in the last 30 min)");
    }
  }

  @Test
  void aPowerBrakeThatLastsBecomesCritical() {
    FixedClock clock = new FixedClock();
    try (Calls calls = Calls.with(Map.of("source", "simulated:h100x8/power-brake"), clock)) {
      assertThat(calls.answer("get_gpu_health", Map.of())).containsEntry("verdict", "degraded");
      clock.advance(java.time.Duration.ofMinutes(30));

      assertThat(calls.answer("get_gpu_health", Map.of())).containsEntry("verdict", "critical");
    }
  }

  private static NodeSample sample(SimProfile profile, SimScenario scenario, long seed) {
    FixedClock clock = new FixedClock();
    return Sampler.sample(
        new SimulatedNvml(profile, scenario, seed, clock), clock.instant(), GpuQuery.ALL);
  }

  static HealthReport judge(SimProfile profile, SimScenario scenario) {
    FixedClock clock = new FixedClock();
    try (SimulatedNvml nvml = new SimulatedNvml(profile, scenario, 1, clock)) {
      NodeSample sample = Sampler.sample(nvml, clock.instant(), GpuQuery.ALL);
      List<XidIncident> incidents =
          XidIncidents.of(nvml.kernelLog().read(clock.instant()).events());
      return new HealthRules(HealthLimits.standard(), Penalties.standard(), XidCatalog.load())
          .judge(sample, Optional.empty(), Optional.empty(), incidents, Optional.empty());
    } catch (KernelLog.Unreadable e) {
      throw new AssertionError(e);
    }
  }
}

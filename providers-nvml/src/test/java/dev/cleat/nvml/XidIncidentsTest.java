// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.nvml.XidIncident.Origin;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class XidIncidentsTest {

  @Test
  void aMemoryErrorAndAllThatFollowsIsOneIncidentWithTheDriversVerdict() {
    List<XidIncident> incidents =
        incidents(
            "10.000000 3b 94, pid=7, name=train, Contained: SM (0x1). RST: No, D-RST: No",
            "10.100000 3b 63, pid='<unknown>', name=<unknown>, Row Remapper: New row (0x18f31d80) marked for remapping, reset gpu to activate.",
            "10.200000 3b 48, pid='<unknown>', name=<unknown>, An uncorrectable double bit error",
            "10.900000 3b 45, pid=7, name=train, Ch 00000001",
            "11.500000 3b 154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");

    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).cause().code()).isEqualTo(48);
    assertThat(incidents.get(0).countByCode()).containsOnlyKeys(45, 48, 63, 94, 154);
    assertThat(incidents.get(0).driverVerdict().orElseThrow().number("new")).contains(1);
    assertThat(incidents.get(0).origin()).isEqualTo(Origin.HARDWARE);
  }

  @Test
  void aCleanUpJoinsTheCauseThatItNamesWithinAMinute() {
    List<XidIncident> incidents =
        incidents(
            "10.000000 3b 31, pid=7, name=a, Ch 1, intr 0",
            "40.000000 3b 45, pid=7, name=a, Ch 1 caused by previous Xid 31");

    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).cause().code()).isEqualTo(31);
  }

  @Test
  void aCleanUpWithoutACauseStandsAlone() {
    List<XidIncident> incidents =
        incidents("10.000000 3b 31, pid=7, name=a, Ch 1", "90.000000 3b 45, pid=9, name=b, Ch 1");

    assertThat(incidents).extracting(incident -> incident.cause().code()).containsExactly(45, 31);
    assertThat(incidents.get(0).origin()).isEqualTo(Origin.UNCLEAR);
  }

  @Test
  void theCleanUpOfOneJobOverAllItsGpusIsOneIncident() {
    List<XidIncident> incidents =
        incidents(
            "10.000000 3b 31, pid=7, name=a, Ch 1",
            "10.500000 3c 45, pid=7, name=a, Ch 1",
            "10.600000 3d 45, pid=7, name=a, Ch 1");

    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).boards()).hasSize(3);
  }

  @Test
  void aProcessorThatStoppedToAnswerIsOneIncidentHoweverOftenItIsTold() {
    List<XidIncident> incidents =
        incidents(
            Stream.of(10, 55, 100, 145, 300)
                .map(
                    second ->
                        second
                            + ".000000 3b 119, pid=4, name=x, Timeout after 45s of waiting for RPC response from GPU4 GSP!")
                .toArray(String[]::new));

    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).countByCode()).containsEntry(119, 5);
  }

  @Test
  void theDriversWordsAboutALostGpuMergeWithItsCode() {
    KernelLogLines log = new KernelLogLines(FixedClock.START, Optional.empty());
    log.add("[   10.000000] NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.");
    log.add(
        "[   10.000100] NVRM: Xid (PCI:0000:3b:00): 79, pid=1, name=x, GPU has fallen off the bus.");
    List<XidIncident> incidents = XidIncidents.of(log.content("test").events());

    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).countByCode()).containsEntry(79, 2);
  }

  @Test
  void programsOnOneGpuAreKeptApartAndThreeOfThemMakeItSuspect() {
    List<XidIncident> incidents =
        incidents(
            "10.000000 3b 13, pid=7, name=a, Graphics Exception",
            "11.000000 3b 13, pid=8, name=b, Graphics Exception",
            "12.000000 3b 31, pid=9, name=c, Ch 1");

    assertThat(incidents).hasSize(3).allMatch(incident -> incident.origin() == Origin.HARDWARE);
  }

  @Test
  void oneProgramOnManyGpusIsTheProgramsFault() {
    List<XidIncident> incidents =
        incidents(
            "10.000000 3b 13, pid=7, name=a, Graphics Exception",
            "11.000000 3c 13, pid=8, name=a, Graphics Exception",
            "12.000000 3d 13, pid=9, name=a, Graphics Exception");

    assertThat(incidents).allMatch(incident -> incident.origin() == Origin.PROGRAM);
    assertThat(incidents.get(0).why()).contains("3 GPUs");
  }

  @Test
  void whatAProgramWroteIsKeptApartAndDecidesNothing() {
    KernelLogLines log =
        new KernelLogLines(FixedClock.START, Optional.of(FixedClock.START.minusSeconds(60)));
    log.add(
        "12,1500,9000001,-;NVRM: Xid (PCI:0000:ab:00): 79, pid=1, name=x, GPU has fallen off the bus.");
    log.add("4,1501,9000002,-;NVRM: Xid (PCI:0000:ab:00): 31, pid=1, name=x, Ch 1");
    List<XidEvent> events = log.content("test").events();
    FixedClock clock = new FixedClock();
    NodeSample sample =
        Sampler.sample(
            new SimulatedNvml(SimProfile.H100X8, SimScenario.HEALTHY, 1, clock),
            clock.instant(),
            GpuQuery.ALL);

    List<XidIncident> incidents = XidIncidents.of(events);
    List<Finding> findings =
        XidRules.judge(
            sample, incidents, XidCatalog.load(), HealthLimits.standard(), Penalties.standard());

    assertThat(incidents).hasSize(2);
    assertThat(incidents).filteredOn(XidIncident::spoofable).hasSize(1);
    assertThat(findings).extracting(Finding::id).containsExactly("xid_31");
  }

  @Test
  void aMigInstanceIsTheGpuItIsPartOf() {
    List<XidEvent> events =
        Stream.of(
                "NVRM: Xid (PCI:0000:3b:00 GPU-I:05): 31, pid=7, name=a, Ch 1",
                "NVRM: Xid (PCI:0000:3b:00 GPU-I:05 GPU-CI:00): 43, pid=7, name=a, Ch 1",
                "NVRM: Xid (00000000:3B:00.0): 13, pid=7, name=a, Graphics Exception")
            .flatMap(line -> parse(line).stream())
            .toList();

    assertThat(events)
        .hasSize(3)
        .extracting(XidEvent::board)
        .containsOnly(PciAddress.parse("0:3b:0"));
    assertThat(events.get(0).gpuInstance()).contains(5);
  }

  @Test
  void anotherProgramsTextAboutAnXidIsNone() {
    assertThat(parse("Nov 29 11:28:11 host gpud[77]: NVRM: Xid (PCI:0000:3b:00): 79, x")).isEmpty();
    assertThat(parse("[  1.000000] gpud: saw NVRM: Xid (PCI:0000:3b:00): 79, x")).isEmpty();
  }

  @Test
  void anUnknownCodeIsReportedAsUnknown() {
    assertThat(parse("NVRM: Xid (PCI:0000:3b:00): 4711, something new")).hasSize(1);
  }

  private static List<XidEvent> parse(String line) {
    KernelLogLines log = new KernelLogLines(FixedClock.START, Optional.empty());
    log.add(line);
    return log.content("test").events();
  }

  /** Each line: seconds since boot, bus, and the rest of the record. */
  private static List<XidIncident> incidents(String... lines) {
    KernelLogLines log = new KernelLogLines(FixedClock.START, Optional.empty());
    for (String line : lines) {
      String[] parts = line.split(" ", 3);
      log.add("[" + parts[0] + "] NVRM: Xid (PCI:0000:" + parts[1] + ":00): " + parts[2]);
    }
    return XidIncidents.of(log.content("test").events());
  }
}

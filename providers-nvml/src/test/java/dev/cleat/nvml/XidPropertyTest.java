// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class XidPropertyTest {

  private static final List<String> FRAMES =
      List.of(
          "",
          "[24128.828315] ",
          "[Fri Aug 30 11:43:09 2024] ",
          "Nov 29 11:28:11 zeus kernel: ",
          "2026-04-22T21:27:51+0000 zeus kernel: ",
          "10.0.0.1: kern: warning: [2026-04-22T21:27:51.288Z]: ",
          "kern  :warn  : [    1.000000] ",
          "4,1340,5140901,-,caller=T1201;");

  private static final List<String> PIECES =
      List.of(
          "NVRM: ",
          "Xid (",
          "PCI:0000:3b:00",
          "): ",
          "79",
          "154",
          "149",
          "13",
          "31",
          "45",
          "48",
          "63",
          "74",
          "94",
          "119",
          ", ",
          "pid=12",
          "name=x",
          "'<unknown>'",
          "Link -1 (",
          "0x021425c6 ",
          "(",
          ")",
          "GPC 7",
          "from 0x0 (None) to 0x1 (",
          "Contained: ",
          "caused by previous Xid 31",
          "fallen off the bus",
          "The NVIDIA GPU 0000:18:00.0",
          "nvidia-nvswitch0: SXid (",
          "RST: ",
          "Fatal",
          "\\x41",
          "\\x",
          "[",
          "]",
          ";",
          ",",
          ":",
          "\u0000",
          "\u202e",
          "9999999999999999999");

  @Provide
  Arbitrary<String> text() {
    Arbitrary<String> shaped =
        Arbitraries.of(PIECES).list().ofMaxSize(40).map(list -> String.join("", list));
    return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(300), shaped);
  }

  @Provide
  Arbitrary<String> frame() {
    return Arbitraries.of(FRAMES);
  }

  @Property(tries = 1_000)
  void anyTextInAnyFrameIsReadWithoutAThrowAndToldWithinBounds(
      @ForAll("frame") String frame, @ForAll("text") String text, @ForAll("text") String further) {
    KernelLogLines log = new KernelLogLines(FixedClock.START, Optional.empty());
    log.add(frame + text);
    log.add(frame + "NVRM: Xid (PCI:0000:3b:00): 13, " + further);

    List<XidIncident> incidents = XidIncidents.of(log.content("test").events());

    FixedClock clock = new FixedClock();
    NodeSample node =
        Sampler.sample(
            new SimulatedNvml(SimProfile.T4X1, SimScenario.HEALTHY, 1, clock),
            clock.instant(),
            GpuQuery.IDENTITY);
    for (XidIncident incident : incidents) {
      IncidentView view =
          IncidentView.of(incident, node, XidCatalog.load(), new XidTool.RawLines(true));
      assertThat(view.toString()).hasSizeLessThan(6_000);
      assertThat(view.lines().orElseThrow())
          .allSatisfy(
              line ->
                  assertThat(line)
                      .hasSizeLessThanOrEqualTo(300)
                      .doesNotContain("\u0000", "\u202e"));
    }
  }

  @Property(tries = 200)
  void theOrderOfRecordsDoesNotChangeTheIncidents(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<XidEvent> events = new ArrayList<>(XidCorpusTest.allEvents());
    events.addAll(randomEvents(random));
    List<XidEvent> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, random);

    assertThat(XidIncidents.of(shuffled)).isEqualTo(XidIncidents.of(events));
  }

  @Property(tries = 200)
  void theOrderOfKmsgLinesDoesNotChangeTheIncidents(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> lines = randomLines(random);
    List<String> shuffled = new ArrayList<>(lines);
    Collections.shuffle(shuffled, random);

    assertThat(codes(shuffled)).isEqualTo(codes(lines));
  }

  @Property(tries = 200)
  void everyEventIsInExactlyOneIncident(@ForAll long seed) {
    List<XidEvent> events = randomEvents(new Random(seed));

    List<XidIncident> incidents = XidIncidents.of(events);

    assertThat(incidents.stream().flatMap(incident -> incident.events().stream()).toList())
        .containsExactlyInAnyOrderElementsOf(events);
    assertThat(incidents)
        .allSatisfy(incident -> assertThat(incident.events()).contains(incident.cause()));
  }

  @Property(tries = 500)
  void escapedTextStaysWithinItsBound(@ForAll("text") String text) {
    assertThat(LogText.safe(text, 100)).hasSizeLessThanOrEqualTo(100);
    assertThat(LogText.safe(text, 100).chars()).noneMatch(Character::isISOControl);
  }

  private static List<List<String>> codes(List<String> lines) {
    return XidIncidents.of(read(lines)).stream()
        .map(
            incident ->
                incident.events().stream()
                    .map(event -> event.record().seq() + " " + event.code())
                    .toList())
        .toList();
  }

  private static List<XidEvent> randomEvents(Random random) {
    return read(randomLines(random));
  }

  private static List<XidEvent> read(List<String> lines) {
    KernelLogLines log =
        new KernelLogLines(FixedClock.START, Optional.of(FixedClock.START.minusSeconds(3_600)));
    lines.forEach(log::add);
    return log.content("test").events();
  }

  private static List<String> randomLines(Random random) {
    int[] codes = {13, 31, 43, 45, 48, 63, 74, 79, 94, 119, 154, 4711};
    List<String> lines = new ArrayList<>();
    long micros = 0;
    for (int seq = 0; seq < 60; seq++) {
      micros += random.nextInt(3_000_000);
      int code = codes[random.nextInt(codes.length)];
      String rest =
          code == 154
              ? "GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"
              : "pid="
                  + random.nextInt(3)
                  + ", name=p, Ch 1"
                  + (random.nextBoolean() ? " caused by previous Xid 31" : "");
      int prefix = random.nextInt(8) == 0 ? 12 : 4;
      lines.add(
          prefix
              + ","
              + seq
              + ","
              + micros
              + ",-;NVRM: Xid (PCI:0000:0"
              + random.nextInt(3)
              + ":00): "
              + code
              + ", "
              + rest);
    }
    return lines;
  }
}

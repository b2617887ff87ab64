// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class XidCorpusTest {

  private static final XidCatalog CATALOG = XidCatalog.load();

  @Test
  void theCorpusHasAllItsLines() throws IOException {
    assertThat(corpus()).hasSize(48);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("corpus")
  void everyFieldThatALineListsIsRead(Line line) {
    List<XidEvent> events = line.content().events();

    if (line.kind().equals("none")) {
      assertThat(events).allMatch(event -> event.kind() == XidEvent.Kind.RESET_HINT);
      return;
    }
    assertThat(events).hasSize(1);
    XidEvent event = events.get(0);
    assertThat(event.kind().name()).isEqualToIgnoringCase(line.kind());
    assertThat(event.code()).isEqualTo(Integer.parseInt(line.code()));
    assertThat(event.pciText()).isEqualTo(line.pci());
    assertThat(event.pci()).isPresent();
    assertThat(event.pid().map(String::valueOf).orElse("")).isEqualTo(line.pid());
    assertThat(event.process().orElse("")).isEqualTo(line.process());
    assertThat(event.cut()).isFalse();
    assertThat(event.record().frame()).isEqualTo(line.wire());
    assertThat(told(event)).containsAllEntriesOf(line.extra());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("corpus")
  void theCatalogueKnowsTheCodesOfTheCorpus(Line line) {
    Optional<XidCatalog.Entry> entry =
        line.kind().equals("sxid") || line.code().isEmpty()
            ? Optional.empty()
            : CATALOG.entry(Integer.parseInt(line.code()));

    assertThat(entry.map(XidCatalog.Entry::mnemonic).orElse("")).isEqualTo(line.mnemonic());
    assertThat(entry.map(XidCatalog.Entry::immediate).orElse("")).isEqualTo(line.immediate());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("corpus")
  void cuttingALineAnywhereThrowsNothingAndInventsNothing(Line line) {
    for (int end = 0; end < line.text().length(); end++) {
      Line cut = line.withText(line.text().substring(0, end));

      for (XidEvent event : cut.content().events()) {
        assertThat(line.code()).startsWith(event.code() == 0 ? "" : String.valueOf(event.code()));
        if (event.kind() != XidEvent.Kind.SXID
            && event.code() != 0
            && !line.code().equals(String.valueOf(event.code()))) {
          assertThat(event.cut()).isTrue();
        }
      }
    }
  }

  @Test
  void theCatalogueHoldsAllCodesAndNamesItsSource() {
    assertThat(CATALOG.size()).isEqualTo(172);
    assertThat(CATALOG.entry(79).orElseThrow().immediate()).isEqualTo("RESTART_BM");
    assertThat(CATALOG.entry(9_999)).isEmpty();
    assertThat(XidCatalog.SOURCE).contains("NVIDIA");
  }

  /** All that the parser says, under the names that the corpus uses. */
  private static Map<String, Object> told(XidEvent event) {
    Map<String, Object> told = new HashMap<>(event.details());
    KernelRecord record = event.record();
    record.bootMicros().ifPresent(micros -> told.put("boot_ts_us", micros));
    record.seq().ifPresent(seq -> told.put("seq", seq));
    record.level().ifPresent(level -> told.put("level", level));
    record.facility().ifPresent(facility -> told.put("facility", facility));
    record.extra().forEach((key, value) -> told.put(key.toLowerCase(java.util.Locale.ROOT), value));
    told.put("spoofable", event.spoofable());
    told.replaceAll((key, value) -> value instanceof Integer number ? Long.valueOf(number) : value);
    return told;
  }

  static List<Line> corpus() throws IOException {
    try (InputStream in = XidCorpusTest.class.getResourceAsStream("xid-corpus.tsv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(row -> Line.of(row.split("\t", -1))).toList();
    }
  }

  record Line(
      String id,
      String wire,
      String text,
      String kind,
      String code,
      String pci,
      String pid,
      String process,
      Map<String, Object> extra,
      String mnemonic,
      String immediate) {

    static Line of(String[] cells) {
      return new Line(
          cells[0],
          cells[2],
          cells[3],
          cells[4],
          cells[5],
          cells[6],
          cells[7],
          cells[8],
          extra(cells[9]),
          cells[10],
          cells[11]);
    }

    private static Map<String, Object> extra(String json) {
      try {
        Map<String, Object> extra = new ObjectMapper().readValue(json, new TypeReference<>() {});
        extra.replaceAll((key, value) -> value instanceof Integer n ? Long.valueOf(n) : value);
        return extra;
      } catch (IOException e) {
        throw new AssertionError(json, e);
      }
    }

    Line withText(String other) {
      return new Line(id, wire, other, kind, code, pci, pid, process, extra, mnemonic, immediate);
    }

    KernelLog.Content content() {
      KernelLogLines lines = new KernelLogLines(FixedClock.START, Optional.empty());
      Stream.of(text.split("\\\\n")).forEach(lines::add);
      return lines.content("test");
    }

    @Override
    public String toString() {
      return id;
    }
  }

  static List<XidEvent> allEvents() throws IOException {
    List<XidEvent> events = new ArrayList<>();
    corpus().forEach(line -> events.addAll(line.content().events()));
    return events;
  }
}

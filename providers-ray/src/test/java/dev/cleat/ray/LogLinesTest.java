// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  @Test
  void linesEndAtNewlinesAndTheLastOneAtTheEnd() {
    assertThat(texts("a\nb\r\n\nc")).containsExactly("a", "b", "", "c");
    assertThat(texts("a\n")).containsExactly("a");
    assertThat(texts("")).isEmpty();
  }

  @Test
  void ofAProgressBarItsLastStateStays() {
    assertThat(texts("10%\r50%\r100%\ndone\r\r\n")).containsExactly("100%", "done");
  }

  @Test
  void escapeSequencesAndControlCharactersAreTakenOut() {
    String styled =
        "\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\ \u001b(Btab\t\u0000";
    assertThat(texts(styled)).containsExactly("red link tab\t\ufffd");
  }

  @Test
  void bytesThatAreNotUtf8AreReplaced() {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xfe, 'b', '\n'};
    assertThat(read(bytes, 100, 1))
        .extracting(LogLines.Line::text)
        .containsExactly("a\ufffd\ufffdb");
  }

  @Test
  void whatIsMissingOfALongLineIsCountedAndSaid() {
    List<LogLines.Line> lines = read("x".repeat(1000).getBytes(StandardCharsets.UTF_8), 10, 7);

    assertThat(lines).singleElement().extracting(LogLines.Line::missingBytes).isEqualTo(990L);
    assertThat(lines.get(0).shown()).isEqualTo("x".repeat(10) + " … [990 more bytes in this line]");
  }

  @Test
  void aLogWithoutAnyNewlineNeedsMemoryForOneShortLine() {
    List<LogLines.Line> seen = new ArrayList<>();
    LogLines lines = new LogLines(Bounds.LINE_BYTES, seen::add);
    ByteBuffer megabyte = ByteBuffer.allocate(1 << 20);
    long fed = 0;

    while (fed < 256L << 20) {
      megabyte.clear();
      lines.feed(megabyte);
      fed += megabyte.capacity();
    }
    lines.finish(true);

    assertThat(seen).singleElement().extracting(LogLines.Line::missingBytes).isEqualTo(fed - 4096);
    assertThat(seen.get(0).shown())
        .endsWith("[at least " + (fed - 4096) + " more bytes in this line]");
  }

  @Property(tries = 1000)
  void anyBytesInAnyChunksGiveTheSameLinesWithinTheBound(
      @ForAll("logBytes") byte[] bytes,
      @ForAll @IntRange(min = 1, max = 20) int bound,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> chunks) {
    List<LogLines.Line> whole = read(bytes, bound, Math.max(1, bytes.length));

    List<LogLines.Line> chunked = new ArrayList<>();
    LogLines lines = new LogLines(bound, chunked::add);
    int at = 0;
    for (int i = 0; at < bytes.length; i++) {
      int length = Math.min(chunks.get(i % chunks.size()), bytes.length - at);
      lines.feed(ByteBuffer.wrap(bytes, at, length));
      at += length;
    }
    lines.finish(false);

    assertThat(chunked).isEqualTo(whole);
    assertThat(lines.bytesRead()).isEqualTo(bytes.length);
    assertThat(whole)
        .allSatisfy(line -> assertThat(line.text().length()).isLessThanOrEqualTo(bound));
  }

  @Property(tries = 1000)
  void aCutNeverSplitsACharacter(
      @ForAll("plainText") String text, @ForAll @IntRange(min = 1, max = 30) int bound) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

    List<LogLines.Line> lines = read(bytes, bound, 3);

    String kept = lines.isEmpty() ? "" : lines.get(0).text();
    assertThat(text).startsWith(kept);
    long missing = lines.isEmpty() ? 0 : lines.get(0).missingBytes();
    assertThat(kept.getBytes(StandardCharsets.UTF_8).length + missing).isEqualTo(bytes.length);
  }

  @Provide
  Arbitrary<byte[]> logBytes() {
    Arbitrary<Byte> byteOfInterest =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, Arbitraries.bytes()),
            net.jqwik.api.Tuple.of(
                2,
                Arbitraries.of(
                    (byte) '\n',
                    (byte) '\r',
                    (byte) 0x1b,
                    (byte) '[',
                    (byte) 'm',
                    (byte) 0xe2,
                    (byte) 0x82,
                    (byte) 0xac,
                    (byte) 0xf0,
                    (byte) 0x9f,
                    (byte) 0x98,
                    (byte) 0x80)));
    return byteOfInterest.array(byte[].class).ofMaxSize(120);
  }

  @Provide
  Arbitrary<String> plainText() {
    return Arbitraries.of("a", "é", "€", "😀", "汉", " ")
        .list()
        .ofMaxSize(20)
        .map(parts -> String.join("", parts));
  }

  private static List<String> texts(String log) {
    return read(log.getBytes(StandardCharsets.UTF_8), Bounds.LINE_BYTES, 5).stream()
        .map(LogLines.Line::text)
        .toList();
  }

  private static List<LogLines.Line> read(byte[] bytes, int bound, int chunk) {
    List<LogLines.Line> seen = new ArrayList<>();
    LogLines lines = new LogLines(bound, seen::add);
    for (int at = 0; at < bytes.length; at += chunk) {
      lines.feed(ByteBuffer.wrap(bytes, at, Math.min(chunk, bytes.length - at)));
    }
    lines.finish(false);
    return seen;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.LogStamp.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LogScanTest {
  private static final String LOG =
      """
      starting
      2026-11-21 12:00:00,100\tINFO job.py:1 -- one
      2026-11-21T12:00:01Z DEBUG two
      detail of two
      2026-11-21 13:00:02+01:00 ERROR three
      Traceback (most recent call last):
        File "a.py", line 1, in f
        File "b.py", line 2, in g
        File "c.py", line 3, in h
      ValueError: the cause
      During handling of the above exception, another exception occurred:
      Traceback (most recent call last):
      RuntimeError: the consequence
      [2026-11-21 12:00:03,574 W 4201 4201] gcs.cc:1: four
      """;

  @Test
  void theLevelOfALineWithoutOneIsThatOfTheLineBefore() {
    assertThat(lines(choice(null, Level.WARNING, null, null)))
        .startsWith("2026-11-21 13:00:02+01:00 ERROR three")
        .contains("ValueError: the cause")
        .endsWith("[2026-11-21 12:00:03,574 W 4201 4201] gcs.cc:1: four")
        .doesNotContain("detail of two", "starting");
  }

  @Test
  void linesAreChosenByTimeInAnyZone() {
    Instant second = Instant.parse("2026-11-21T12:00:01Z");

    assertThat(lines(choice(null, null, second, second)))
        .containsExactly("2026-11-21T12:00:01Z DEBUG two", "detail of two");
    assertThat(lines(choice(null, null, Instant.parse("2026-11-21T12:00:02Z"), null)))
        .hasSize(10)
        .first()
        .isEqualTo("2026-11-21 13:00:02+01:00 ERROR three");
  }

  @Test
  void aFilterIsPlainTextInAnyCase() {
    assertThat(lines(choice("THE C", null, null, null)))
        .containsExactly("ValueError: the cause", "RuntimeError: the consequence");
    assertThat(lines(choice(".*", null, null, null))).isEmpty();
  }

  @Test
  void theFirstErrorIsTheCauseWithItsInnermostFrames() {
    LogScan.Result result = scan(LOG, LogScan.Window.tail(1), choice(null, null, null, null));

    assertThat(result.errors())
        .extracting(ErrorFinder.Found::error)
        .containsExactly("ValueError: the cause", "RuntimeError: the consequence");
    assertThat(result.errors().get(0).line()).isEqualTo(10);
    assertThat(result.errors().get(0).at())
        .containsExactly("File \"b.py\", line 2, in g", "File \"c.py\", line 3, in h");
  }

  @Test
  void errorsOfTheShellAndOfWorkersAreFoundToo() {
    assertThat(errors("/bin/sh: 1: nope: not found")).hasSize(1);
    assertThat(
            errors("(worker pid=7) Traceback (most recent call last):\n(worker pid=7) OSError: x"))
        .containsExactly("OSError: x");
    assertThat(errors("no error here\nErrors: 0\nall: fine")).isEmpty();
  }

  @Test
  void anAnswerIsBoundedInBytesWhateverIsAskedFor() {
    String big = ("x".repeat(1000) + "\n").repeat(1000);

    LogScan.Result tail = scan(big, LogScan.Window.tail(10000), choice(null, null, null, null));
    LogScan.Result page = scan(big, LogScan.Window.page(1, 1000), choice(null, null, null, null));

    assertThat(bytes(tail)).isBetween(Bounds.LOG_TEXT_BYTES - 2000L, (long) Bounds.LOG_TEXT_BYTES);
    assertThat(bytes(page)).isBetween(Bounds.LOG_TEXT_BYTES - 2000L, (long) Bounds.LOG_TEXT_BYTES);
    assertThat(tail.crowdedOut() + tail.lines().size()).isEqualTo(1000);
    assertThat(page.crowdedOut() + page.lines().size()).isEqualTo(1000);
  }

  @Property(tries = 200)
  void pagesAreTheLogWithNothingMissingOrTwice(
      @ForAll @IntRange(max = 60) int count, @ForAll @IntRange(min = 1, max = 20) int size) {
    List<String> all = IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    String log = all.stream().map(line -> line + "\n").collect(Collectors.joining());

    List<String> read = new java.util.ArrayList<>();
    for (int page = 1; page <= count / size + 1; page++) {
      read.addAll(
          scan(log, LogScan.Window.page(page, size), choice(null, null, null, null)).lines());
    }
    List<String> tail =
        scan(log, LogScan.Window.tail(size), choice(null, null, null, null)).lines();

    assertThat(read).isEqualTo(all);
    assertThat(tail).isEqualTo(all.subList(Math.max(0, count - size), count));
  }

  private static List<String> lines(LogChoice choice) {
    return scan(LOG, LogScan.Window.tail(100), choice).lines();
  }

  @Property(tries = 1000)
  void anyBytesInAnyPiecesGiveTheSameWithinTheBounds(
      @ForAll byte[] log,
      @ForAll @IntRange(min = 1, max = 9) int piece,
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll boolean last) {
    LogScan.Window window = last ? LogScan.Window.tail(size) : LogScan.Window.page(1, size);

    LogScan.Result pieces = scan(log, piece, window);
    LogScan.Result whole = scan(log, Math.max(1, log.length), window);

    assertThat(pieces.lines()).isEqualTo(whole.lines()).hasSizeLessThanOrEqualTo(size);
    if (last) {
      assertThat(pieces).isEqualTo(whole);
      assertThat(pieces.bytesRead()).isEqualTo(log.length);
    }
  }

  private static LogScan.Result scan(byte[] log, int piece, LogScan.Window window) {
    LogScan scan = new LogScan(window, LogChoice.all(), Redaction.GENERAL, false);
    for (int at = 0; at < log.length && !scan.enough(); at += piece) {
      scan.take(ByteBuffer.wrap(log, at, Math.min(piece, log.length - at)));
    }
    return scan.finish(false);
  }

  private static List<String> errors(String log) {
    return ErrorFinder.in(log).found().stream().map(ErrorFinder.Found::error).toList();
  }

  private static long bytes(LogScan.Result result) {
    return result.lines().stream().mapToLong(String::length).sum();
  }

  private static LogChoice choice(String filter, Level level, Instant since, Instant until) {
    return new LogChoice(
        Optional.ofNullable(filter),
        false,
        Optional.ofNullable(level),
        Optional.ofNullable(since),
        Optional.ofNullable(until));
  }

  private static LogScan.Result scan(String log, LogScan.Window window, LogChoice choice) {
    LogScan scan = new LogScan(window, choice, Redaction.GENERAL, false);
    scan.take(ByteBuffer.wrap(log.getBytes(StandardCharsets.UTF_8)));
    return scan.finish(false);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LogFollowTest {
  @Property(tries = 2000)
  void whateverIsPrintedWheneverEachLineComesOnceAndInOrder(
      @ForAll("logBytes") byte[] log,
      @ForAll @IntRange(min = 1, max = 40) int growth,
      @ForAll @IntRange(min = 1, max = 7) int chunk,
      @ForAll @IntRange(min = 1, max = 4) int mostLines,
      @ForAll @IntRange(min = 500, max = 600) int mostBytes) {
    List<String> whole = new ArrayList<>();
    LogLines lines = new LogLines(Bounds.LINE_BYTES, line -> whole.add(line.shown()));
    lines.feed(ByteBuffer.wrap(log));
    lines.finish(false);

    List<String> followed = new ArrayList<>();
    long end = 0;
    int printed = 0;
    boolean full = true;
    while (printed < log.length || full) {
      printed = Math.min(log.length, printed + growth);
      boolean ended = printed == log.length;
      LogFollow.Result result =
          read(
              LogFollow.from(end, mostLines, mostBytes, ended, Redaction.GENERAL),
              Arrays.copyOf(log, printed),
              chunk);
      assertThat(result.lines().size()).isLessThanOrEqualTo(mostLines);
      assertThat(result.end()).isGreaterThanOrEqualTo(end);
      followed.addAll(result.lines());
      end = result.end();
      full = result.full();
    }

    assertThat(followed).isEqualTo(whole);
  }

  @Property(tries = 1000)
  void theLastLinesAndWhatFollowsThemHaveNoGap(
      @ForAll("logBytes") byte[] log,
      @ForAll @IntRange(min = 0, max = 120) int first,
      @ForAll @IntRange(min = 0, max = 5) int history) {
    List<String> whole = new ArrayList<>();
    LogLines lines = new LogLines(Bounds.LINE_BYTES, line -> whole.add(line.shown()));
    lines.feed(ByteBuffer.wrap(log));
    lines.finish(false);
    byte[] before = Arrays.copyOf(log, Math.min(first, log.length));

    LogFollow.Result begin =
        read(LogFollow.last(history, 10_000, false, Redaction.GENERAL), before, 3);
    LogFollow.Result rest =
        read(LogFollow.from(begin.end(), 1000, 100_000, true, Redaction.GENERAL), log, 3);

    List<String> all = new ArrayList<>(begin.lines());
    all.addAll(rest.lines());
    assertThat(begin.skipped() + all.size()).isEqualTo(whole.size());
    assertThat(whole).endsWith(all.toArray(String[]::new));
  }

  @Provide
  Arbitrary<byte[]> logBytes() {
    Arbitrary<Byte> any =
        Arbitraries.oneOf(
            Arbitraries.bytes(),
            Arbitraries.of((byte) '\n', (byte) '\r', (byte) 'a', (byte) 0xe2, (byte) 0x82));
    return any.array(byte[].class).ofMaxSize(120);
  }

  private static LogFollow.Result read(LogFollow sink, byte[] log, int chunk) {
    for (int at = 0; at < log.length && !sink.enough(); at += chunk) {
      sink.take(ByteBuffer.wrap(log, at, Math.min(chunk, log.length - at)));
    }
    return sink.finish(false);
  }
}

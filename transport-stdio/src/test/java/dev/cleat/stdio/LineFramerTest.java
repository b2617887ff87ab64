// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LineFramerTest {
  private static final String TOO_LONG = "(too long)";

  /** What a framer has to find, said plainly: split at line feeds, drop what follows the last. */
  private static List<String> expected(String text, int max) {
    List<String> lines = new ArrayList<>();
    for (int from = 0, to; (to = text.indexOf('\n', from)) >= 0; from = to + 1) {
      String line = text.substring(from, to);
      lines.add(
          line.length() > max
              ? TOO_LONG
              : line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
    return lines;
  }

  private static List<String> framed(LineFramer framer, InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    do {
      boolean more = true;
      while (more) {
        boolean promised = framer.hasLine();
        switch (framer.next()) {
          case LINE ->
              lines.add(new String(framer.buffer(), framer.offset(), framer.length(), ISO_8859_1));
          case TOO_LONG -> lines.add(TOO_LONG);
          default -> more = false;
        }
        assertThat(promised).as("hasLine tells what next finds").isEqualTo(more);
      }
    } while (framer.fill(in));
    return lines;
  }

  /** Gives a few bytes at a time, as a pipe may. */
  private static InputStream inChunks(byte[] bytes, Random random, int largest) {
    return new InputStream() {
      private int at;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        assertThat(length).as("room to read into").isPositive();
        if (at == bytes.length) {
          return -1;
        }
        int count = Math.min(Math.min(length, bytes.length - at), 1 + random.nextInt(largest));
        System.arraycopy(bytes, at, into, offset, count);
        at += count;
        return count;
      }
    };
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void anyBytesInAnyChunksAreTheSameLines(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int max,
      @ForAll @IntRange(min = 1, max = 64) int largestChunk)
      throws IOException {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int lines = random.nextInt(30); lines >= 0; lines--) {
      for (int length = random.nextInt(2 * max + 2); length > 0; length--) {
        text.append((char) (random.nextInt(8) == 0 ? '\r' : 1 + random.nextInt(255)));
      }
      text.append(lines > 0 ? "\n" : "");
    }

    List<String> lines =
        framed(
            new LineFramer(max),
            inChunks(text.toString().getBytes(ISO_8859_1), random, largestChunk));

    assertThat(lines).isEqualTo(expected(text.toString(), max));
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void linesLongerThanTheFirstBufferAreWhole(
      @ForAll long seed, @ForAll @IntRange(min = 20_000, max = 100_000) int max)
      throws IOException {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append(
          "x".repeat(random.nextInt(3) == 0 ? max + random.nextInt(3) - 1 : random.nextInt(max)));
      text.append('\n');
    }

    assertThat(
            framed(
                new LineFramer(max),
                inChunks(text.toString().getBytes(ISO_8859_1), random, 70_000)))
        .isEqualTo(expected(text.toString(), max));
  }

  @Test
  void anEndlessLineCostsNoMoreThanTheLongestAllowedOne() throws IOException {
    int max = 50_000;
    LineFramer framer = new LineFramer(max);
    byte[] junk = new byte[10_000_000];
    junk[junk.length - 1] = '\n';
    int[] largest = {0};
    InputStream chunks = inChunks(junk, new Random(1), 9_000);
    InputStream in =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            largest[0] = Math.max(largest[0], into.length);
            return chunks.read(into, offset, length);
          }
        };

    assertThat(framed(framer, in)).containsExactly(TOO_LONG);

    assertThat(largest[0]).isLessThanOrEqualTo(max + 2);
  }

  @Test
  void theMemoryOfALongLineIsGivenBack() throws IOException {
    LineFramer framer = new LineFramer(1 << 20);
    byte[] text = ("x".repeat(1_000_000) + "\nshort\n").getBytes(ISO_8859_1);

    assertThat(framed(framer, inChunks(text, new Random(1), 9_000))).hasSize(2);

    assertThat(framer.buffer()).hasSizeLessThan(20_000);
  }
}

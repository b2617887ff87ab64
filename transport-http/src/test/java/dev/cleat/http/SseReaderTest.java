// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

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
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SseReaderTest {
  private static final int MAX_BYTES = 64;

  private final List<String> seen = new ArrayList<>();
  private final SseReader reader = new SseReader(MAX_BYTES, into(seen));

  private static SseReader.Sink into(List<String> seen) {
    return new SseReader.Sink() {
      @Override
      public void event(String type, byte[] data) {
        assertThat(data.length).isLessThanOrEqualTo(MAX_BYTES);
        seen.add(type + "|" + new String(data, StandardCharsets.UTF_8));
      }

      @Override
      public void tooLong() {
        seen.add("too long");
      }
    };
  }

  private void read(String text) {
    reader.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsDataAndType() {
    read("event: endpoint\ndata: /here\n\ndata:a\ndata: b\ndata\n\n");

    assertThat(seen).containsExactly("endpoint|/here", "|a\nb\n");
  }

  @Test
  void takesEveryLineEnd() {
    read("data: a\r\n\r\ndata: b\r\rdata: c\n\n");

    assertThat(seen).containsExactly("|a", "|b", "|c");
  }

  @Test
  void skipsCommentsUnknownFieldsAndTheByteOrderMark() {
    read("\uFEFF: hello\nfoo: bar\ndata: a\n: more\n\n");

    assertThat(seen).containsExactly("|a");
  }

  @Test
  void keepsTextThatOnlyBeginsLikeAByteOrderMark() {
    reader.read(ByteBuffer.wrap(new byte[] {(byte) 0xEF, (byte) 0xBB}));
    read("x\ndata: a\n\n");

    assertThat(seen).containsExactly("|a");
  }

  @Test
  void keepsTheLastIdAndTheRetryTime() {
    assertThat(reader.lastId()).isNull();
    assertThat(reader.retryMillis()).isEqualTo(-1);

    read("id: 7\nretry: 500\ndata:\n\n");
    assertThat(seen).containsExactly("|");
    assertThat(reader.lastId()).isEqualTo("7");
    assertThat(reader.retryMillis()).isEqualTo(500);

    read("retry: soon\ndata: a\n\nid: 8\n\n");
    assertThat(reader.lastId()).isEqualTo("8");
    assertThat(reader.retryMillis()).isEqualTo(500);
  }

  @Test
  void takesAnIdOnlyWithItsWholeEvent() {
    read("id: 7\ndata: a\n\nid: 8\ndata: b\n");

    assertThat(seen).containsExactly("|a");
    assertThat(reader.lastId()).isEqualTo("7");
  }

  @Test
  void takesNoIdThatCouldNotStandInAHeader() {
    SseReader roomy = new SseReader(4_096, into(seen));
    String text = "id: caf\u00e9\ndata: a\n\nid: " + "x".repeat(1_025) + "\ndata: b\n\n";
    roomy.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));

    assertThat(seen).containsExactly("|a", "|b");
    assertThat(roomy.lastId()).isNull();
  }

  @Test
  void skipsAnEventThatIsTooLongAndGoesOn() {
    read("data: " + "x".repeat(MAX_BYTES) + "\n\n");
    read("data: " + "x".repeat(MAX_BYTES + 1) + "\ndata: y\n\n");
    read("data: " + "x".repeat(10 * MAX_BYTES) + "\n\ndata: z\n\n");
    read("data: " + "x".repeat(MAX_BYTES / 2) + "\n");
    read("data: " + "x".repeat(MAX_BYTES / 2) + "\n\ndata: end\n\n");

    assertThat(seen)
        .containsExactly(
            "|" + "x".repeat(MAX_BYTES), "too long", "too long", "|z", "too long", "|end");
  }

  @Provide
  Arbitrary<String> streams() {
    return Arbitraries.of(
            "data",
            ":",
            " ",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "id",
            "retry",
            "event",
            "x",
            "1",
            "\u00e9",
            "\uFEFF",
            "data: ",
            "id: 1\n",
            "0123456789012345678901234567890123456789")
        .list()
        .ofMaxSize(60)
        .map(parts -> String.join("", parts));
  }

  @Property
  void anySplitGivesTheSameEvents(
      @ForAll("streams") String text, @ForAll @Size(max = 20) List<Integer> cuts) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<String> whole = new ArrayList<>();
    SseReader atOnce = new SseReader(MAX_BYTES, into(whole));
    atOnce.read(ByteBuffer.wrap(bytes));

    List<String> pieces = new ArrayList<>();
    SseReader byPieces = new SseReader(MAX_BYTES, into(pieces));
    int from = 0;
    for (int i = 0; from < bytes.length; i++) {
      int length = cuts.isEmpty() ? 1 : 1 + Math.floorMod(cuts.get(i % cuts.size()), 7);
      length = Math.min(length, bytes.length - from);
      byPieces.read(ByteBuffer.wrap(bytes, from, length));
      from += length;
    }

    assertThat(pieces).isEqualTo(whole);
    assertThat(byPieces.lastId()).isEqualTo(atOnce.lastId());
    assertThat(byPieces.retryMillis()).isEqualTo(atOnce.retryMillis());
  }

  @Property
  void anyBytesAreRead(@ForAll byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    new SseReader(MAX_BYTES, into(new ArrayList<>())).read(buffer);

    assertThat(buffer.hasRemaining()).isFalse();
  }

  @Test
  void growsNoFurtherThanTheBound() {
    int before = reader.heldBytes();
    for (int i = 0; i < 1_000; i++) {
      read("x".repeat(1_000));
    }
    read("\n");
    for (int i = 0; i < 1_000; i++) {
      read("data: " + "y".repeat(50) + "\n");
    }

    assertThat(before).isLessThanOrEqualTo(1_024);
    assertThat(reader.heldBytes()).isLessThanOrEqualTo(1_024);
  }
}

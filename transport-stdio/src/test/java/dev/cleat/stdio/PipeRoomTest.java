// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipeRoomTest {
  private record Line(int bytes, boolean isRequest, long id) {}

  /** A peer that reads line by line, and answers what it has read in any order or not at all. */
  @Property(tries = 300)
  void neverMoreIsTakenThanThePipeHasRoomFor(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 2_000) int longest) {
    Random random = new Random(seed);
    PipeRoom room = new PipeRoom();
    Deque<Line> inPipe = new ArrayDeque<>();
    List<Long> read = new ArrayList<>();
    long unread = 0;
    for (long id = 0; id < 500; id++) {
      int bytes = 1 + random.nextInt(longest);
      if (room.takes(bytes)) {
        assertThat(unread + bytes).isLessThanOrEqualTo(PipeRoom.SURE_BYTES);
        boolean isRequest = random.nextInt(4) != 0;
        room.wrote(bytes, isRequest ? id : null);
        inPipe.add(new Line(bytes, isRequest, id));
        unread += bytes;
      }
      while (!inPipe.isEmpty() && random.nextInt(3) != 0) {
        Line line = inPipe.remove();
        unread -= line.bytes();
        if (line.isRequest()) {
          read.add(line.id());
        }
      }
      while (!read.isEmpty() && random.nextInt(3) != 0) {
        room.hasRead(read.remove(random.nextInt(read.size())));
      }
    }
  }

  @Test
  void anAnswerMakesRoomForAllThatWasWrittenUpToItsRequest() {
    PipeRoom room = new PipeRoom();
    room.wrote(1_000, null);
    room.wrote(1_000, 1L);
    room.wrote(1_000, 2L);
    assertThat(room.takes(PipeRoom.SURE_BYTES)).isFalse();
    assertThat(room.takes(1_096)).isTrue();

    room.hasRead(1L);
    assertThat(room.takes(3_096)).isTrue();
    assertThat(room.takes(3_097)).isFalse();
    room.hasRead(1L);
    room.hasRead(7L);
    assertThat(room.takes(3_097)).isFalse();
    room.hasRead(2L);
    assertThat(room.takes(PipeRoom.SURE_BYTES)).isTrue();
  }

  @Test
  void requestsThatAreNeverAnsweredDoNotKeepTheOthersFromMakingRoom() {
    PipeRoom room = new PipeRoom();
    for (long id = 0; id < 1_000; id++) {
      room.wrote(1, id);
    }

    room.hasRead(999L);

    assertThat(room.takes(PipeRoom.SURE_BYTES)).isTrue();
  }
}

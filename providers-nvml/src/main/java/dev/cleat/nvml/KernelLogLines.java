// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Turns the lines of a kernel log into its content: frames off, records put in their order, driver
 * reports parsed.
 */
final class KernelLogLines {

  /** What is read of one line. */
  static final int MOST_LINE_CHARS = 4_096;

  /** Records that can matter are kept until the log is read; of more than these the oldest go. */
  private static final int MOST_RECORDS = 4 * KernelLog.MOST_EVENTS;

  private final KernelFrames frames;
  private final Deque<KernelRecord> kept = new ArrayDeque<>();
  private final List<String> notes = new ArrayList<>();
  private Optional<Instant> from = Optional.empty();
  private Optional<Instant> to = Optional.empty();
  private Optional<Long> firstSeq = Optional.empty();
  private long lastSeq;
  private long sequenced;
  private long position;
  private long dropped;
  private boolean afterKmsg;
  private boolean keptLast;

  KernelLogLines(Instant now, Optional<Instant> booted) {
    frames = new KernelFrames(now, booted);
  }

  void note(String sentence) {
    notes.add(sentence);
  }

  /** Takes the next line, without its end. */
  void add(String line) {
    if (line.startsWith(" ") && afterKmsg) {
      if (keptLast) {
        kept.addLast(KmsgFrame.continued(kept.removeLast(), shortened(line)));
      }
      return;
    }
    if (line.isBlank()) {
      return;
    }
    boolean cut = line.length() > MOST_LINE_CHARS;
    KernelRecord record = frames.parse(shortened(line), position++, cut);
    afterKmsg = record.frame().equals("kmsg");
    record.wall().ifPresent(this::seen);
    record.seq().ifPresent(this::counted);
    keptLast = record.text().startsWith("NVRM: ") || record.text().startsWith("nvidia-nvswitch");
    if (keptLast) {
      kept.addLast(record);
      if (kept.size() > MOST_RECORDS) {
        kept.removeFirst();
        dropped++;
      }
    }
  }

  private static String shortened(String line) {
    return line.length() > MOST_LINE_CHARS ? line.substring(0, MOST_LINE_CHARS) : line;
  }

  private void seen(Instant time) {
    from = Optional.of(from.filter(earliest -> earliest.isBefore(time)).orElse(time));
    to = Optional.of(to.filter(latest -> latest.isAfter(time)).orElse(time));
  }

  private void counted(long seq) {
    sequenced++;
    firstSeq = Optional.of(Math.min(firstSeq.orElse(seq), seq));
    lastSeq = Math.max(lastSeq, seq);
  }

  KernelLog.Content content(String reader) {
    List<KernelRecord> records = new ArrayList<>(kept);
    if (records.stream().allMatch(record -> record.seq().isPresent())) {
      records.sort(Comparator.comparingLong(record -> record.seq().orElse(0L)));
    }
    XidParser parser = new XidParser();
    List<XidEvent> events = new ArrayList<>();
    records.forEach(record -> parser.parse(record).ifPresent(events::add));
    int over = Math.max(0, events.size() - KernelLog.MOST_EVENTS);
    if (over + dropped > 0) {
      notes.add((over + dropped) + " older records of the driver were left out: too many.");
    }
    if (events.stream().anyMatch(event -> event.wall().isEmpty())) {
      notes.add("Some records carry no date; they are not filtered by time.");
    }
    if (events.stream().anyMatch(event -> event.record().facility().isEmpty())) {
      notes.add("This format does not say whether the kernel wrote a record; it is taken to have.");
    }
    long gaps = firstSeq.map(first -> Math.max(0, lastSeq - first + 1 - sequenced)).orElse(0L);
    return new KernelLog.Content(
        reader,
        events.subList(over, events.size()),
        position,
        gaps + over + dropped,
        from,
        to,
        notes);
  }
}

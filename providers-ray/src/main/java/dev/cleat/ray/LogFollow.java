// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads on in a log from a byte on, line by line, and remembers how far it got. What it keeps is
 * bounded in lines and bytes; lines over that are left for the next time.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LogFollow implements BoundedBody.Sink<LogFollow.Result> {
  /**
   * What came.
   *
   * @param lines fit to be shown
   * @param end the byte behind the last of them, where to read on
   * @param skipped how many lines before them were passed over
   * @param openLine what there is of a line that has not ended; not behind {@code end} yet
   * @param full whether there may be more lines than were kept
   * @param bytes how long the log is, as far as it was read
   */
  record Result(
      List<String> lines,
      long end,
      long skipped,
      Optional<String> openLine,
      boolean full,
      long bytes) {}

  private final long from;
  private final int mostLines;
  private final long mostBytes;
  private final boolean last;
  private final boolean ended;
  private final Redaction redaction;
  private final LogLines lines = new LogLines(Bounds.LINE_BYTES, this::take);
  private final Deque<String> kept = new ArrayDeque<>();
  private long keptBytes;
  private long toSkip;
  private long end;
  private long skipped;
  private boolean full;
  private boolean finishing;
  private Optional<String> openLine = Optional.empty();

  private LogFollow(
      long from, int mostLines, long mostBytes, boolean last, boolean ended, Redaction redaction) {
    this.from = from;
    this.mostLines = mostLines;
    this.mostBytes = mostBytes;
    this.last = last;
    this.ended = ended;
    this.redaction = redaction;
    this.toSkip = from;
    this.end = from;
  }

  /**
   * The lines from a byte on, at which a line begins.
   *
   * @param ended whether nothing can be added to the log, so that its last line is whole
   */
  static LogFollow from(
      long from, int mostLines, long mostBytes, boolean ended, Redaction redaction) {
    return new LogFollow(from, mostLines, mostBytes, false, ended, redaction);
  }

  /** The last lines there are. */
  static LogFollow last(int mostLines, long mostBytes, boolean ended, Redaction redaction) {
    return new LogFollow(0, mostLines, mostBytes, true, ended, redaction);
  }

  @Override
  public void take(ByteBuffer bytes) {
    int skip = (int) Math.min(toSkip, bytes.remaining());
    bytes.position(bytes.position() + skip);
    toSkip -= skip;
    lines.feed(bytes);
  }

  @Override
  public boolean enough() {
    return full;
  }

  @Override
  public Result finish(boolean cut) {
    finishing = true;
    if (!full) {
      lines.finish(false);
    }
    return new Result(
        new ArrayList<>(kept),
        end,
        skipped,
        openLine,
        full || cut,
        from - toSkip + lines.bytesRead());
  }

  private void take(LogLines.Line line) {
    String text = line.withText(redaction.text(line.text())).shown();
    if (finishing && !ended) {
      openLine = Optional.of(text);
      return;
    }
    if (full) {
      return;
    }
    long size = text.getBytes(StandardCharsets.UTF_8).length + 3L;
    if (!last && (kept.size() >= mostLines || keptBytes + size > mostBytes)) {
      full = true;
      return;
    }
    end = from + lines.bytesRead();
    kept.addLast(text);
    keptBytes += size;
    while (kept.size() > mostLines || keptBytes > mostBytes) {
      keptBytes -= kept.removeFirst().getBytes(StandardCharsets.UTF_8).length + 3L;
      skipped++;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads a log as it arrives and keeps the wanted lines of it: the last ones, or those of one page.
 * What is kept is bounded in lines and in bytes, whatever the log holds.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LogScan implements BoundedBody.Sink<LogScan.Result> {
  /**
   * Which of the chosen lines are kept.
   *
   * @param skipped how many to pass over first; for a tail none
   * @param lines how many to keep at most
   * @param last whether to keep the last ones, else the first ones
   */
  record Window(long skipped, int lines, boolean last) {
    static Window tail(int lines) {
      return new Window(0, lines, true);
    }

    static Window page(int page, int size) {
      return new Window((long) (page - 1) * size, size, false);
    }
  }

  /**
   * What was found.
   *
   * @param lines the kept ones, fit to be shown
   * @param linesRead how many there were
   * @param chosen how many of them were wanted
   * @param cut whether the log goes on behind what was read
   * @param crowdedOut how many wanted lines were left out for the bound on bytes
   * @param sawTime whether any line had a time
   * @param failure why it cannot be said which lines are wanted
   */
  record Result(
      List<String> lines,
      long linesRead,
      long chosen,
      long bytesRead,
      boolean cut,
      long crowdedOut,
      boolean sawTime,
      List<ErrorFinder.Found> errors,
      Optional<ToolFailure> failure) {}

  private final Window window;
  private final LogChoice.Judge judge;
  private final Redaction redaction;
  private final ErrorFinder errors = new ErrorFinder();
  private final boolean toTheEnd;
  private final LogLines lines = new LogLines(Bounds.LINE_BYTES, this::take);
  private final Deque<String> kept = new ArrayDeque<>();
  private long keptBytes;
  private long linesRead;
  private long chosen;
  private long crowdedOut;

  /**
   * @param toTheEnd whether all is to be read although the page is full, to find the errors in it
   */
  LogScan(Window window, LogChoice choice, Redaction redaction, boolean toTheEnd) {
    this.window = window;
    this.toTheEnd = toTheEnd;
    this.judge = choice.new Judge();
    this.redaction = redaction;
  }

  @Override
  public void take(ByteBuffer bytes) {
    lines.feed(bytes);
  }

  // A page is done when a line behind it was seen.
  @Override
  public boolean enough() {
    boolean full = !window.last() && chosen > window.skipped() + window.lines();
    return (full && !toTheEnd) || judge.failure().isPresent();
  }

  @Override
  public Result finish(boolean cut) {
    lines.finish(cut);
    return new Result(
        List.copyOf(kept),
        linesRead,
        chosen,
        lines.bytesRead(),
        cut,
        crowdedOut,
        judge.sawTime(),
        errors.found(),
        judge.failure());
  }

  private void take(LogLines.Line line) {
    linesRead++;
    String text = redaction.text(line.text());
    if (toTheEnd || window.last()) {
      errors.take(text);
    }
    if (!judge.wants(text)) {
      return;
    }
    chosen++;
    if (chosen <= window.skipped()) {
      return;
    }
    String shown = line.withText(text).shown();
    if (window.last()) {
      keep(shown);
      while (kept.size() > window.lines()) {
        keptBytes -= size(kept.removeFirst());
      }
      while (keptBytes > Bounds.LOG_TEXT_BYTES) {
        keptBytes -= size(kept.removeFirst());
        crowdedOut++;
      }
    } else if (kept.size() + crowdedOut < window.lines()) {
      if (crowdedOut > 0 || keptBytes + size(shown) > Bounds.LOG_TEXT_BYTES) {
        crowdedOut++;
      } else {
        keep(shown);
      }
    }
  }

  private void keep(String line) {
    kept.addLast(line);
    keptBytes += size(line);
  }

  private static long size(String line) {
    return line.getBytes(StandardCharsets.UTF_8).length + 3L;
  }
}

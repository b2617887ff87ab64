// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;

import dev.cleat.ToolFailure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads along in the log of one job, for one answer.
 *
 * <p><b>How.</b> Ray's log can be read whole or from a number of lines before its end, not from a
 * byte on. A line is delivered exactly once only if its place is known, so the log is read whole,
 * and what was delivered is passed over as it arrives. To make that cheap, the end of a large log
 * is looked at first, and the rest only if that has changed; and reading takes at most a tenth of
 * the time. Ray's route that goes on sending is not used: it does not notice that nobody listens
 * any more, so each use of it for a log that has ended would hold one of the dashboard's hundred
 * places for ever.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class JobReader {
  /** What an answer carries at most. */
  static final int MOST_LINES = 1000;

  /** Logs may be longer than this; then only what is before can be followed. */
  static final long MOST_LOG_BYTES = 4L << 30;

  private static final long LARGE_BYTES = 1 << 20;
  private static final int END_LINES = 32;
  private static final int REST_FACTOR = 9;

  private final RayCluster cluster;
  private final int history;
  private final List<String> lines = new ArrayList<>();
  private long linesBytes;
  private long end;
  private long skipped;
  private long logBytes;
  private boolean begun;
  private boolean full;
  private boolean sawTheEnd;
  private Optional<String> openLine = Optional.empty();
  private Optional<Long> endSeen = Optional.empty();
  private Instant notBefore = Instant.MIN;

  private JobReader(RayCluster cluster, long end, boolean begun, int history) {
    this.cluster = cluster;
    this.end = end;
    this.begun = begun;
    this.history = history;
  }

  /** Reads from a byte on. */
  static JobReader from(RayCluster cluster, long end) {
    return new JobReader(cluster, end, true, 0);
  }

  /** Begins with so many of the lines that there are. */
  static JobReader last(RayCluster cluster, int lines) {
    return new JobReader(cluster, 0, false, lines);
  }

  /** All lines so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  long end() {
    return end;
  }

  long skipped() {
    return skipped;
  }

  Optional<String> openLine() {
    return openLine;
  }

  /** Whether an answer takes no more, although there may be more. */
  boolean isFull() {
    return full;
  }

  /** Whether all of the log of an ended job was read. */
  boolean sawTheEnd() {
    return sawTheEnd;
  }

  /**
   * Reads what is new. Once the job has ended all of it is read, however large.
   *
   * @param job as it was seen before; what it printed until then is read
   * @return how many lines were new
   */
  int read(Job job) throws InterruptedException {
    if (job.nodeId().isEmpty()) {
      sawTheEnd = job.isTerminal();
      return 0;
    }
    LogSource source = LogSources.of(job, job.nodeId().get());
    try {
      if (!job.isTerminal() && logBytes > LARGE_BYTES && isAsBefore(source)) {
        return 0;
      }
      return readNow(source, job.isTerminal());
    } catch (ToolFailure failure) {
      if (failure.kind() == NOT_FOUND) {
        sawTheEnd = job.isTerminal();
        return 0;
      }
      throw failure;
    }
  }

  // Taken before the log is read: what is added in between is seen as a change the next time.
  private boolean isAsBefore(LogSource source) throws InterruptedException {
    if (cluster.clock().instant().isBefore(notBefore)) {
      return true;
    }
    Optional<Long> now =
        Optional.of(cluster.logs().last(source, END_LINES, LARGE_BYTES, new Digest()));
    boolean same = now.equals(endSeen);
    endSeen = now;
    return same;
  }

  private int readNow(LogSource source, boolean ended) throws InterruptedException {
    Instant from = cluster.clock().instant();
    long room = Bounds.LOG_TEXT_BYTES - linesBytes;
    LogFollow sink =
        begun
            ? LogFollow.from(end, MOST_LINES - lines.size(), room, ended, source.redaction())
            : LogFollow.last(history, room, ended, source.redaction());
    LogFollow.Result result = cluster.logs().whole(source, MOST_LOG_BYTES, sink);
    if (result.bytes() < end) {
      // Somebody cut it off, so what is in it now is new.
      end = 0;
      return 0;
    }
    begun = true;
    lines.addAll(result.lines());
    result.lines().forEach(line -> linesBytes += line.length() + 3L);
    end = result.end();
    skipped += result.skipped();
    logBytes = result.bytes();
    openLine = result.openLine();
    full = result.full();
    sawTheEnd = ended && !full;
    Instant now = cluster.clock().instant();
    notBefore = now.plus(Duration.between(from, now).multipliedBy(REST_FACTOR));
    return result.lines().size();
  }

  /** A digest of some bytes. */
  private static final class Digest implements BoundedBody.Sink<Long> {
    private final CRC32C crc = new CRC32C();
    private long count;

    @Override
    public void take(ByteBuffer bytes) {
      count += bytes.remaining();
      crc.update(bytes);
    }

    @Override
    public Long finish(boolean cut) {
      return crc.getValue() ^ (count << 32);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads logs by the file route of the state API: unlike the route of jobs it sends any bytes as
 * they are, and only as many lines from the end as it is asked for.
 */
final class LogApi {
  private static final int ALL_LINES = -1;

  // Real Ray sends five times as fast on a busy machine of two cores.
  private static final long LEAST_BYTES_PER_SECOND = 10_000_000;

  private final DashboardClient client;
  private final Duration timeout;

  LogApi(DashboardClient client, Duration timeout) {
    this.client = client;
    this.timeout = timeout.compareTo(Bounds.READ_LOG) < 0 ? Bounds.READ_LOG : timeout;
  }

  /**
   * The page of all lines; or the last of the lines from that many before the end.
   *
   * @param toTheEnd whether a page's log is read on for its errors once the page is full
   */
  LogScan.Result read(
      LogSource source,
      LogScan.Window window,
      LogChoice choice,
      int fromEnd,
      long maxBytes,
      boolean toTheEnd)
      throws InterruptedException {
    if (!window.last()) {
      LogScan scan = new LogScan(window, choice, source.redaction(), toTheEnd);
      return checked(source, scan(source, ALL_LINES, maxBytes, scan));
    }
    int lines = fromEnd;
    LogScan.Result result = tail(source, window, choice, lines, maxBytes);
    // What was read stops before the end, and the end is wanted: ask for less.
    for (int attempt = 1; result.cut() && lines > 1 && attempt < Bounds.TAIL_ATTEMPTS; attempt++) {
      lines = (int) Math.max(1, Math.min(lines / 2L, result.linesRead() * 3 / 4));
      result = tail(source, window, choice, lines, maxBytes);
    }
    return result;
  }

  /** The same, of which a page is not read on. */
  LogScan.Result read(
      LogSource source, LogScan.Window window, LogChoice choice, int fromEnd, long maxBytes)
      throws InterruptedException {
    return read(source, window, choice, fromEnd, maxBytes, false);
  }

  /** All of a log from its first byte on, up to the bound or until the sink has enough. */
  <T> T whole(LogSource source, long maxBytes, BoundedBody.Sink<T> sink)
      throws InterruptedException {
    return scan(source, ALL_LINES, maxBytes, sink);
  }

  /** The last so many lines. */
  <T> T last(LogSource source, int lines, long maxBytes, BoundedBody.Sink<T> sink)
      throws InterruptedException {
    return scan(source, lines, maxBytes, sink);
  }

  private LogScan.Result tail(
      LogSource source, LogScan.Window window, LogChoice choice, int lines, long maxBytes)
      throws InterruptedException {
    LogScan scan = new LogScan(window, choice, source.redaction(), false);
    return checked(source, scan(source, lines, maxBytes, scan));
  }

  private LogScan.Result checked(LogSource source, LogScan.Result result)
      throws InterruptedException {
    if (result.bytesRead() == 0) {
      requireThere(source);
    }
    return result;
  }

  // Of a file that is not there Ray says so, and now and then that it is empty.
  private void requireThere(LogSource source) throws InterruptedException {
    String file = source.parameters().get("filename");
    if (file == null) {
      return;
    }
    Ask ask =
        Ask.get("/api/v0/logs", timeout)
            .with("node_id", source.parameters().getOrDefault("node_id", ""))
            .with("glob", file);
    String listed;
    try {
      listed = new String(client.bytes(ask, Bounds.JSON_BYTES), StandardCharsets.UTF_8);
    } catch (ToolFailure failure) {
      // Then it is taken for empty, as Ray said.
      return;
    }
    if (!listed.contains("\"" + file + "\"")) {
      throw ToolFailure.notFound("Ray has no such log.", "");
    }
  }

  private <T> T scan(LogSource source, int lines, long maxBytes, BoundedBody.Sink<T> sink)
      throws InterruptedException {
    Duration patience = timeout.plusSeconds(maxBytes / LEAST_BYTES_PER_SECOND);
    // Ray itself gives up reading a file after 30 s if it is not told otherwise.
    Ask ask =
        Ask.get("/api/v0/logs/file", patience)
            .with("lines", lines)
            .with("timeout", patience.toSeconds());
    for (Map.Entry<String, String> parameter : new TreeMap<>(source.parameters()).entrySet()) {
      ask = ask.with(parameter.getKey(), parameter.getValue());
    }
    return client.send(ask, maxBytes, sink);
  }
}

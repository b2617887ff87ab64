// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads logs by the file route of the state API: unlike the route of jobs it sends any bytes as
 * they are, and only as many lines from the end as it is asked for.
 */
final class LogApi {
  private static final int ALL_LINES = -1;

  private final DashboardClient client;
  private final Duration timeout;

  LogApi(DashboardClient client, Duration timeout) {
    this.client = client;
    this.timeout = timeout.compareTo(Bounds.READ_LOG) < 0 ? Bounds.READ_LOG : timeout;
  }

  /** The first page lines of all lines; or the last of the lines from that many before the end. */
  LogScan.Result read(
      LogSource source, LogScan.Window window, LogChoice choice, int fromEnd, long maxBytes)
      throws InterruptedException {
    if (!window.last()) {
      return scan(source, window, choice, ALL_LINES, maxBytes);
    }
    int lines = fromEnd;
    LogScan.Result result = scan(source, window, choice, lines, maxBytes);
    // What was read stops before the end, and the end is wanted: ask for less.
    for (int attempt = 1; result.cut() && lines > 1 && attempt < Bounds.TAIL_ATTEMPTS; attempt++) {
      lines = (int) Math.max(1, Math.min(lines / 2L, result.linesRead() * 3 / 4));
      result = scan(source, window, choice, lines, maxBytes);
    }
    return result;
  }

  private LogScan.Result scan(
      LogSource source, LogScan.Window window, LogChoice choice, int lines, long maxBytes)
      throws InterruptedException {
    Ask ask = Ask.get("/api/v0/logs/file", timeout).with("lines", lines);
    for (Map.Entry<String, String> parameter : new TreeMap<>(source.parameters()).entrySet()) {
      ask = ask.with(parameter.getKey(), parameter.getValue());
    }
    return client.send(ask, maxBytes, new LogScan(window, choice, source.redaction()));
  }
}

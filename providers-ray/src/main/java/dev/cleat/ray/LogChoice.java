// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import dev.cleat.ray.LogStamp.Level;
import java.time.Instant;
import java.util.Optional;

/**
 * Which lines of a log are wanted.
 *
 * @param filter a part of the line, in any case
 * @param regex whether the filter is a regular expression instead
 * @param level the least level
 */
record LogChoice(
    Optional<String> filter,
    boolean regex,
    Optional<Level> level,
    Optional<Instant> since,
    Optional<Instant> until) {

  /** Every line. */
  static LogChoice all() {
    return new LogChoice(
        Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Whether every line is wanted. */
  boolean isAll() {
    return filter.isEmpty() && level.isEmpty() && !isTimed();
  }

  boolean isTimed() {
    return since.isPresent() || until.isPresent();
  }

  /**
   * Decides line by line; remembers time and level, because a line without takes those of the line
   * before it.
   */
  final class Judge {
    private final Optional<LineFilter> lines =
        filter.map(text -> regex ? LineFilter.regex(text) : LineFilter.text(text));
    private Optional<Instant> time = Optional.empty();
    private Level current = Level.INFO;

    boolean wants(String line) {
      if (isTimed()) {
        time = LogStamp.time(line).or(() -> time);
      }
      if (level.isPresent()) {
        current = LogStamp.level(line).orElse(current);
      }
      return level.map(least -> current.compareTo(least) >= 0).orElse(true)
          && since.map(from -> time.isPresent() && !time.get().isBefore(from)).orElse(true)
          && until.map(to -> time.isPresent() && !time.get().isAfter(to)).orElse(true)
          && lines.map(wanted -> wanted.fits(line)).orElse(true);
    }

    /** Why it cannot go on, if so. */
    Optional<ToolFailure> failure() {
      return lines.flatMap(LineFilter::failure);
    }

    /** Whether any line so far had a time, if times matter. */
    boolean sawTime() {
      return time.isPresent();
    }
  }
}

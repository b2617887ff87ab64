// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ray.LogStamp.Level;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Which lines of a log are wanted.
 *
 * @param filter a part of the line, in any case
 * @param level the least level
 */
record LogChoice(
    Optional<String> filter,
    Optional<Level> level,
    Optional<Instant> since,
    Optional<Instant> until) {

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
    private final Optional<String> lowered = filter.map(text -> text.toLowerCase(Locale.ROOT));
    private Optional<Instant> time = Optional.empty();
    private Level current = Level.INFO;

    boolean wants(String line) {
      time = LogStamp.time(line).or(() -> time);
      current = LogStamp.level(line).orElse(current);
      return level.map(least -> current.compareTo(least) >= 0).orElse(true)
          && since.map(from -> time.isPresent() && !time.get().isBefore(from)).orElse(true)
          && until.map(to -> time.isPresent() && !time.get().isAfter(to)).orElse(true)
          && lowered.map(text -> line.toLowerCase(Locale.ROOT).contains(text)).orElse(true);
    }

    /** Whether any line so far had a time. */
    boolean sawTime() {
      return time.isPresent();
    }
  }
}

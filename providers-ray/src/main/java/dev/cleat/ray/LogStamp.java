// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the time and the level out of a line of a log, where it has them near its start. */
final class LogStamp {
  /** How grave a line is, in rising order. */
  enum Level {
    DEBUG,
    INFO,
    WARNING,
    ERROR,
    CRITICAL
  }

  private static final int LOOKED_AT_CHARS = 160;
  private static final Pattern TIME =
      Pattern.compile(
          "\\b(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(?:[.,](\\d{1,9}))?"
              + "(Z|[+-]\\d\\d:?\\d\\d)?");
  private static final Pattern WORD =
      Pattern.compile("\\b(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\\b");
  // Ray's own processes: [2026-11-21 12:49:25,574 I 4201 4201] …
  private static final Pattern LETTER = Pattern.compile("^\\[[\\d :,.-]{19,40} ([DIWEFC]) ");

  private LogStamp() {}

  /** The time; one without a zone is taken as UTC. */
  static Optional<Instant> time(String line) {
    Matcher time = TIME.matcher(head(line));
    if (!time.find()) {
      return Optional.empty();
    }
    String fraction = time.group(3) == null ? "" : "." + time.group(3);
    try {
      LocalDateTime local = LocalDateTime.parse(time.group(1) + "T" + time.group(2) + fraction);
      ZoneOffset zone = time.group(4) == null ? ZoneOffset.UTC : ZoneOffset.of(time.group(4));
      return Optional.of(local.toInstant(zone));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The level. */
  static Optional<Level> level(String line) {
    if (line.startsWith("Traceback (most recent call last)")) {
      return Optional.of(Level.ERROR);
    }
    Matcher letter = LETTER.matcher(line);
    if (letter.find()) {
      return Optional.of(
          switch (letter.group(1)) {
            case "D" -> Level.DEBUG;
            case "W" -> Level.WARNING;
            case "E" -> Level.ERROR;
            case "F", "C" -> Level.CRITICAL;
            default -> Level.INFO;
          });
    }
    Matcher word = WORD.matcher(head(line));
    if (!word.find()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (word.group(1)) {
          case "WARN" -> Level.WARNING;
          case "FATAL" -> Level.CRITICAL;
          default -> Level.valueOf(word.group(1).toUpperCase(Locale.ROOT));
        });
  }

  private static String head(String line) {
    return line.length() <= LOOKED_AT_CHARS ? line : line.substring(0, LOOKED_AT_CHARS);
  }
}

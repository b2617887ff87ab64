// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Locale;
import java.util.Optional;

/** How much a log message matters, from least to most: the levels of syslog (RFC 5424). */
public enum LogLevel {
  /** For who looks for a fault. */
  DEBUG,
  /** What goes on. */
  INFO,
  /** What is normal and worth knowing. */
  NOTICE,
  /** What may become trouble. */
  WARNING,
  /** Something failed. */
  ERROR,
  /** A part of the whole is down. */
  CRITICAL,
  /** Somebody has to act at once. */
  ALERT,
  /** Nothing works. */
  EMERGENCY;

  /** The name on the wire, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The level of that name on the wire. */
  public static Optional<LogLevel> ofWireName(String name) {
    for (LogLevel level : values()) {
      if (level.wireName().equals(name)) {
        return Optional.of(level);
      }
    }
    return Optional.empty();
  }
}

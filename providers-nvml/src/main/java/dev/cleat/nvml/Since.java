// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;

/** The argument {@code since}: so long ago, or from that moment on. */
final class Since {

  private Since() {}

  /**
   * The moment it means.
   *
   * @throws ToolFailure an invalid argument, when it is neither a time span nor a moment
   */
  static Instant parse(String text, Instant now) {
    String given = text.strip();
    return ago(given)
        .flatMap(span -> before(now, span))
        .or(() -> moment(given))
        .orElseThrow(
            () ->
                ToolFailure.invalidArgument(
                    "since: \"" + Text.shown(text) + "\" is neither a time span nor a moment.",
                    "Give a time span such as 15m, 2h, 1d or PT2H, or a moment such as 2026-01-31T08:00:00Z."));
  }

  private static Optional<Instant> before(Instant now, Duration span) {
    try {
      return span.isNegative() ? Optional.empty() : Optional.of(now.minus(span));
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.of(Instant.MIN);
    }
  }

  private static Optional<Duration> ago(String text) {
    if (text.length() < 2 || text.length() > 32) {
      return Optional.empty();
    }
    try {
      if (Character.toUpperCase(text.charAt(0)) == 'P') {
        return Optional.of(Duration.parse(text.toUpperCase(Locale.ROOT)));
      }
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    Optional<Long> number =
        KmsgFrame.number(text.substring(0, text.length() - 1)).filter(n -> n <= 1_000_000);
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> number.map(Duration::ofSeconds);
      case 'm' -> number.map(Duration::ofMinutes);
      case 'h' -> number.map(Duration::ofHours);
      case 'd' -> number.map(Duration::ofDays);
      default -> Optional.empty();
    };
  }

  private static Optional<Instant> moment(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

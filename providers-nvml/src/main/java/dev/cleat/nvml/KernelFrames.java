// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Takes lines of a kernel log out of the frame they came in, whichever that is: kmsg records, dmesg
 * with seconds or dates, a journal, Talos, or nothing at all. Lines of one log may be framed
 * differently.
 *
 * <p>Dates without a zone are read as UTC; a date without a year is the latest such day that is not
 * in the future.
 */
final class KernelFrames {

  private static final DateTimeFormatter DMESG_DATE =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss uuuu", Locale.ROOT);
  private static final DateTimeFormatter JOURNAL_DATE =
      DateTimeFormatter.ofPattern("MMM d HH:mm:ss uuuu", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter RFC_3339 =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHMM", "Z")
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  private final Instant now;
  private final Optional<Instant> booted;

  /**
   * @param now against which a date without a year is read
   * @param booted turns times since boot into wall time, when it is known
   */
  KernelFrames(Instant now, Optional<Instant> booted) {
    this.now = now;
    this.booted = booted;
  }

  /** Takes one line out of its frame. Any text is a record; what has no frame is {@code bare}. */
  KernelRecord parse(String line, long position, boolean cut) {
    if (!line.isEmpty()) {
      Optional<KernelRecord> kmsg = KmsgFrame.parse(line, position, booted);
      if (kmsg.isPresent()) {
        return kmsg.get().with(kmsg.get().extra(), cut);
      }
    }
    Frame frame = new Frame(line);
    frame.strip();
    Optional<Instant> wall =
        frame.wall.or(
            () ->
                frame.bootMicros.flatMap(
                    micros -> booted.map(boot -> boot.plus(micros, ChronoUnit.MICROS))));
    return new KernelRecord(
        position,
        frame.name,
        wall,
        frame.bootMicros,
        Optional.empty(),
        frame.facility,
        Optional.empty(),
        Map.of(),
        frame.rest,
        cut);
  }

  private final class Frame {
    private String rest;
    private String name = "bare";
    private Optional<Instant> wall = Optional.empty();
    private Optional<Long> bootMicros = Optional.empty();
    private Optional<Integer> facility = Optional.empty();

    Frame(String line) {
      rest = line;
    }

    void strip() {
      // "kern  :warn  : [1.2] text" is dmesg -x, "host: kern: warning: [date]: text" is Talos.
      talosOrDecoded();
      for (int i = 0; i < 3 && rest.startsWith("["); i++) {
        int end = rest.indexOf(']');
        if (end < 0 || end > 64 || !bracket(rest.substring(1, end).strip())) {
          return;
        }
        rest = rest.substring(end + 1);
        rest =
            (name.equals("talos") && rest.startsWith(":") ? rest.substring(1) : rest)
                .stripLeading();
      }
      if (name.equals("bare")) {
        journal();
      }
    }

    private boolean bracket(String content) {
      int dot = content.indexOf('.');
      if (dot > 0 && content.length() - dot - 1 == 6) {
        Optional<Long> seconds = KmsgFrame.number(content.substring(0, dot));
        Optional<Long> micros = KmsgFrame.number(content.substring(dot + 1));
        if (seconds.isPresent() && seconds.get() < 1_000_000_000_000L && micros.isPresent()) {
          bootMicros = Optional.of(seconds.get() * 1_000_000 + micros.get());
          name = "dmesg";
          return true;
        }
      }
      Optional<Instant> date = date(content);
      if (date.isPresent()) {
        wall = date;
        name = name.equals("talos") ? name : "dmesg-T";
        return true;
      }
      // The caller that some kernels add: [T1201] or [C3].
      return content.length() > 1
          && (content.charAt(0) == 'T' || content.charAt(0) == 'C')
          && KmsgFrame.number(content.substring(1)).isPresent();
    }

    private void talosOrDecoded() {
      int bracket = rest.indexOf('[');
      if (bracket <= 0 || bracket > 256) {
        return;
      }
      String[] words = rest.substring(0, bracket).split(":", -1);
      for (int i = 0; i + 1 < words.length; i++) {
        Optional<Integer> written = facility(words[i].strip());
        if (written.isPresent() && (i == 0 || !words[i].isBlank())) {
          facility = written;
          name = i == 0 ? "dmesg" : "talos";
          rest = rest.substring(bracket);
          return;
        }
      }
    }

    private void journal() {
      int afterDate = journalDate();
      String tail = rest.substring(afterDate).stripLeading();
      if (tail.startsWith("NVRM: ") || tail.startsWith("nvidia-nvswitch")) {
        name = afterDate > 0 ? "journal" : name;
        rest = tail;
        return;
      }
      // "host kernel: text", or "kernel: text". Another program's name stays, and so its text is
      // not the driver's.
      int kernel = tail.startsWith("kernel: ") ? 0 : tail.indexOf(" kernel: ");
      if (kernel >= 0 && kernel < 256 && tail.lastIndexOf(' ', Math.max(0, kernel - 1)) < 0) {
        name = "journal";
        rest = tail.substring(tail.indexOf("kernel: ") + "kernel: ".length()).stripLeading();
        for (int i = 0; i < 2 && rest.startsWith("["); i++) {
          int end = rest.indexOf(']');
          if (end < 0 || end > 64) {
            return;
          }
          Optional<Instant> date = wall;
          if (!bracket(rest.substring(1, end).strip())) {
            return;
          }
          wall = date.or(() -> wall);
          name = "journal";
          rest = rest.substring(end + 1).stripLeading();
        }
      }
    }

    private int journalDate() {
      int space = rest.indexOf(' ');
      if (space > 18 && space < 40) {
        Optional<Instant> iso = iso(rest.substring(0, space));
        if (iso.isPresent()) {
          wall = iso;
          return space + 1;
        }
      }
      if (rest.length() > 16 && rest.charAt(3) == ' ' && rest.charAt(15) == ' ') {
        Optional<Instant> date = withoutYear(rest.substring(0, 15).replace("  ", " "));
        if (date.isPresent()) {
          wall = date;
          return 16;
        }
      }
      return 0;
    }
  }

  private static Optional<Integer> facility(String word) {
    return switch (word) {
      case "kern" -> Optional.of(0);
      case "user" -> Optional.of(1);
      case "daemon" -> Optional.of(3);
      case "syslog" -> Optional.of(5);
      default -> Optional.empty();
    };
  }

  private static Optional<Instant> date(String text) {
    try {
      String single = text.replace("  ", " ");
      return Optional.of(LocalDateTime.parse(single, DMESG_DATE).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return iso(text);
    }
  }

  private static Optional<Instant> iso(String text) {
    try {
      return Optional.of(
          RFC_3339.parseBest(text.replace(',', '.'), OffsetDateTime::from, LocalDateTime::from)
                  instanceof OffsetDateTime dated
              ? dated.toInstant()
              : LocalDateTime.parse(text.replace(',', '.'), RFC_3339).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Optional<Instant> withoutYear(String text) {
    int year = now.atZone(ZoneOffset.UTC).getYear();
    for (int back = 0; back < 5; back++) {
      try {
        Instant date =
            LocalDateTime.parse(text + " " + (year - back), JOURNAL_DATE).toInstant(ZoneOffset.UTC);
        if (date.isBefore(now.plus(Duration.ofDays(1)))) {
          return Optional.of(date);
        }
      } catch (DateTimeException e) {
        // 29 February of a common year: an earlier year may have it; anything else fails five
        // times, cheaply.
        continue;
      }
    }
    return Optional.empty();
  }
}

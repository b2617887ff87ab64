// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The frame of {@code /dev/kmsg}: {@code prefix,seq,usec,flags[,more];text}, then lines {@code "
 * KEY=value"}.
 */
final class KmsgFrame {

  private static final List<String> LEVELS =
      List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");
  private static final int MOST_EXTRA = 16;

  private KmsgFrame() {}

  /** The record, or empty when the line does not begin like one. */
  static Optional<KernelRecord> parse(String line, long position, Optional<Instant> booted) {
    int semicolon = line.indexOf(';');
    if (semicolon < 0 || semicolon > 256 || !Character.isDigit(line.charAt(0))) {
      return Optional.empty();
    }
    String[] fields = line.substring(0, semicolon).split(",", -1);
    if (fields.length < 4) {
      return Optional.empty();
    }
    Optional<Long> prefix = number(fields[0]);
    Optional<Long> seq = number(fields[1]);
    Optional<Long> micros = number(fields[2]);
    if (prefix.isEmpty() || seq.isEmpty() || micros.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> extra = new HashMap<>();
    for (int i = 4; i < fields.length && extra.size() < MOST_EXTRA; i++) {
      put(extra, fields[i]);
    }
    return Optional.of(
        new KernelRecord(
            position,
            "kmsg",
            booted.map(boot -> boot.plus(micros.get(), ChronoUnit.MICROS)),
            micros,
            seq,
            Optional.of((int) Math.min(prefix.get() >> 3, Integer.MAX_VALUE)),
            Optional.of(LEVELS.get((int) (prefix.get() & 7))),
            extra,
            unescape(line.substring(semicolon + 1)),
            false));
  }

  /** The record with one more of its {@code " KEY=value"} lines. */
  static KernelRecord continued(KernelRecord record, String line) {
    if (record.extra().size() >= MOST_EXTRA) {
      return record;
    }
    Map<String, String> extra = new HashMap<>(record.extra());
    put(extra, unescape(line.strip()));
    return record.with(extra, record.cut());
  }

  private static void put(Map<String, String> extra, String field) {
    int equals = field.indexOf('=');
    if (equals > 0) {
      extra.put(field.substring(0, equals), field.substring(equals + 1));
    }
  }

  static Optional<Long> number(String digits) {
    if (digits.isEmpty() || digits.length() > 18) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      value = value * 10 + (c - '0');
    }
    return Optional.of(value);
  }

  /** Gives back the bytes that the kernel wrote as <code>\xNN</code>, read as UTF-8. */
  static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 3 < bytes.length ? Character.digit((char) bytes[i + 2], 16) : -1;
      int low = i + 3 < bytes.length ? Character.digit((char) bytes[i + 3], 16) : -1;
      if (bytes[i] == '\\' && high >= 0 && low >= 0 && bytes[i + 1] == 'x') {
        out.write(high * 16 + low);
        i += 3;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}

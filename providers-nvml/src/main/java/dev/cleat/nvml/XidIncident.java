// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;

/**
 * What belongs together in the kernel log: one cause, and all that came of it.
 *
 * @param cause what it began with, as far as the log tells
 * @param events all of it, the cause too, oldest first
 * @param origin whether the program or the hardware is to blame
 * @param why on what grounds {@code origin} is said
 */
record XidIncident(XidEvent cause, List<XidEvent> events, Origin origin, String why) {

  enum Origin {
    PROGRAM,
    HARDWARE,
    DRIVER,
    UNCLEAR
  }

  XidIncident {
    events = List.copyOf(events);
  }

  /** The same for the same records, so that a page of answers can be continued. */
  String id() {
    CRC32 crc = new CRC32();
    String key =
        cause.code() + "|" + cause.pciText() + "|" + first().clock() + "|" + first().micros();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return String.format("xid%d-%08x", cause.code(), crc.getValue());
  }

  XidEvent first() {
    return events.get(0);
  }

  XidEvent last() {
    return events.get(events.size() - 1);
  }

  /** All GPUs and switches that it touched. */
  Set<PciAddress> boards() {
    Set<PciAddress> boards = new TreeSet<>();
    events.forEach(event -> event.board().ifPresent(boards::add));
    return boards;
  }

  /** How often each code came. */
  Map<Integer, Integer> countByCode() {
    Map<Integer, Integer> counts = new TreeMap<>();
    events.forEach(event -> counts.merge(event.code(), 1, Integer::sum));
    return counts;
  }

  boolean has(int code) {
    return events.stream().anyMatch(event -> event.code() == code);
  }

  /** Written by programs: worth knowing, nothing to build on. */
  boolean spoofable() {
    return cause.spoofable();
  }

  /** The newest verdict of the driver in it (XID 154). */
  Optional<XidEvent> driverVerdict() {
    return events.stream()
        .filter(event -> event.kind() == XidEvent.Kind.RECOVERY_ACTION)
        .reduce((older, newer) -> newer);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * What one record of the kernel log says about a GPU or an NVSwitch.
 *
 * @param code the XID or SXid number; for a GPU lost without one, the 79 it stands for; for a hint,
 *     0
 * @param pci the address as printed, and as numbers
 * @param details what the line tells beyond that, by the field names of the answers
 * @param cut whether the line ends too early, so that even the code may be only its beginning
 */
record XidEvent(
    Kind kind,
    int code,
    String pciText,
    Optional<PciAddress> pci,
    Optional<Integer> gpuInstance,
    Optional<Long> pid,
    Optional<String> process,
    Map<String, Object> details,
    boolean cut,
    KernelRecord record) {

  // Records without any time are taken to be a second apart.
  private static final long MICROS_PER_UNDATED_RECORD = 1_000_000;

  /** One order for any set of events, whatever order they were found in. */
  static final Comparator<XidEvent> OLDEST_FIRST =
      Comparator.comparing(XidEvent::clock)
          .thenComparingLong(XidEvent::micros)
          .thenComparingLong(event -> event.record().seq().orElse(0L))
          .thenComparingInt(XidEvent::code)
          .thenComparing(XidEvent::pciText)
          .thenComparing(event -> event.record().text())
          .thenComparingLong(event -> event.record().position());

  enum Clock {
    POSITION,
    BOOT,
    WALL
  }

  enum Kind {
    /** A report of the driver with a code. */
    XID,
    /** XID 154: the driver changed its verdict on how to recover the GPU. */
    RECOVERY_ACTION,
    /** The driver's words about a lost GPU, without a code. */
    GPU_LOST,
    /** A report about an NVSwitch. */
    SXID,
    /** An assertion of the driver that says a reset is required. */
    RESET_HINT
  }

  XidEvent {
    details = Map.copyOf(details);
  }

  /** Not the kernel's word: a program wrote the record. */
  boolean spoofable() {
    return record.fromUserSpace();
  }

  Optional<Instant> wall() {
    return record.wall();
  }

  /** The GPU, whatever function of it the line names. */
  Optional<PciAddress> board() {
    return pci.map(PciAddress::board);
  }

  /** When it was, on the best clock that its frame offers; see {@link #clock}. */
  long micros() {
    return wall()
        .map(time -> time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000)
        .or(record::bootMicros)
        .orElse(record.position() * MICROS_PER_UNDATED_RECORD);
  }

  /**
   * Which clock {@link #micros} is on. Times of different clocks have nothing to do with each
   * other.
   */
  Clock clock() {
    if (record.bootMicros().isPresent() && record.wall().isEmpty()) {
      return Clock.BOOT;
    }
    return record.wall().isPresent() ? Clock.WALL : Clock.POSITION;
  }

  /** Whether it came at most {@code window} after the earlier one, as far as one clock tells. */
  boolean follows(XidEvent earlier, Duration window) {
    return clock() == earlier.clock() && micros() - earlier.micros() <= window.toNanos() / 1_000;
  }

  Optional<Integer> number(String detail) {
    return details.get(detail) instanceof Integer value ? Optional.of(value) : Optional.empty();
  }

  Optional<String> text(String detail) {
    return details.get(detail) instanceof String value ? Optional.of(value) : Optional.empty();
  }
}

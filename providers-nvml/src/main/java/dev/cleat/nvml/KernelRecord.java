// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One record of the kernel log, out of its frame.
 *
 * @param position its place in the log as read, from 0
 * @param frame which frame it was in: {@code kmsg}, {@code dmesg}, {@code dmesg-T}, {@code
 *     journal}, {@code talos}, {@code bare}
 * @param wall when it was written, if the frame or the boot time tells
 * @param bootMicros microseconds since boot, if the frame tells
 * @param facility who wrote it: 0 the kernel, anything else a program; empty when the frame does
 *     not tell
 * @param extra further fields of the frame: {@code caller}, and the device lines of a kmsg record
 * @param cut whether its end is missing
 */
record KernelRecord(
    long position,
    String frame,
    Optional<Instant> wall,
    Optional<Long> bootMicros,
    Optional<Long> seq,
    Optional<Integer> facility,
    Optional<String> level,
    Map<String, String> extra,
    String text,
    boolean cut) {

  KernelRecord {
    extra = Map.copyOf(extra);
  }

  /** Whether a program, not the kernel, wrote it. Anyone may write anything there. */
  boolean fromUserSpace() {
    return facility.isPresent() && facility.get() != 0;
  }

  KernelRecord with(Map<String, String> more, boolean cutNow) {
    return new KernelRecord(
        position, frame, wall, bootMicros, seq, facility, level, more, text, cutNow);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;

/**
 * Where Cleat draws the line when the device does not draw it itself.
 *
 * @param windowAtLeast a rate is not told from less time than this
 * @param throttleMinorShare of the window's time held down by heat or power brake
 * @param fallbackSlowdownCelsius used, and said to be used, only when the driver gives no threshold
 * @param underLoadPercent from this utilization on a narrow PCIe link is one, and not a sleeping
 *     one
 * @param clocksBelowPeers how far below the median of its peers a clock is a straggler's
 * @param xidOpen how long an incident counts
 */
record HealthLimits(
    Duration windowAtLeast,
    double correctedEccPerHour,
    double pcieReplaysPerHour,
    double throttleMinorShare,
    int fallbackSlowdownCelsius,
    int elevatedMarginCelsius,
    int underLoadPercent,
    double memoryFull,
    double clocksBelowPeers,
    int cohort,
    Duration xidOpen) {

  static HealthLimits standard() {
    return new HealthLimits(
        Duration.ofMinutes(10), 100, 100, 0.25, 90, 3, 20, 0.95, 0.10, 4, Duration.ofHours(24));
  }
}

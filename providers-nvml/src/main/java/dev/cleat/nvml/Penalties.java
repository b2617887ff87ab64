// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/**
 * What each kind of finding takes off the score of 100. The score only sorts: verdicts come from
 * severities. Full memory and power at its cap cost nothing, because that is what training looks
 * like.
 */
record Penalties(
    int lost,
    int recoveryAction,
    int remapFailure,
    int remapPending,
    int remapNoSpare,
    int eccUncorrected,
    int eccCorrected,
    int sramThreshold,
    int tempCritical,
    int tempHigh,
    int tempElevated,
    int throttleSevere,
    int throttleMinor,
    int memoryCritical,
    int memoryHigh,
    int powerOver,
    int powerHigh,
    int nvlinkDown,
    int pcieDegraded,
    int infoRomCorrupt,
    int persistenceOff,
    int slowerThanPeers,
    int xidCritical,
    int xidDegraded,
    int xidWarning) {

  static Penalties standard() {
    return new Penalties(
        100, 60, 60, 20, 10, 30, 10, 20, 30, 20, 10, 25, 10, 0, 0, 0, 0, 30, 10, 20, 5, 10, 30, 20,
        10);
  }
}

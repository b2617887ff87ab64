// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/**
 * A model of GPU that can be simulated, with what its data sheet and driver would say. 0 is "has
 * none".
 */
enum SimModel {
  H100(
      "NVIDIA H100 80GB HBM3",
      Architecture.HOPPER,
      85_520_809_984L,
      87,
      90,
      95,
      1_980,
      700,
      18,
      5,
      "2330"),
  A100(
      "NVIDIA A100-SXM4-40GB",
      Architecture.AMPERE,
      42_949_672_960L,
      85,
      89,
      95,
      1_410,
      400,
      12,
      4,
      "20b0"),
  L40S("NVIDIA L40S", Architecture.ADA, 48_305_799_168L, 88, 92, 0, 2_520, 350, 0, 4, "26b9"),
  T4("Tesla T4", Architecture.TURING, 16_106_127_360L, 85, 93, 0, 1_590, 70, 0, 3, "1eb8");

  final String model;
  final Architecture architecture;
  final long memoryBytes;
  final int maxOperatingCelsius;
  final int slowdownCelsius;
  final int memoryMaxCelsius;
  final int maxSmMhz;
  final int powerLimitWatts;
  final int nvlinks;
  final int pcieGeneration;
  final String deviceId;

  SimModel(
      String model,
      Architecture architecture,
      long memoryBytes,
      int maxOperatingCelsius,
      int slowdownCelsius,
      int memoryMaxCelsius,
      int maxSmMhz,
      int powerLimitWatts,
      int nvlinks,
      int pcieGeneration,
      String deviceId) {
    this.model = model;
    this.architecture = architecture;
    this.memoryBytes = memoryBytes;
    this.maxOperatingCelsius = maxOperatingCelsius;
    this.slowdownCelsius = slowdownCelsius;
    this.memoryMaxCelsius = memoryMaxCelsius;
    this.maxSmMhz = maxSmMhz;
    this.powerLimitWatts = powerLimitWatts;
    this.nvlinks = nvlinks;
    this.pcieGeneration = pcieGeneration;
    this.deviceId = deviceId;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A machine that can be simulated. */
enum SimProfile {
  /** Eight H100 on two sockets, all joined by NVLink. */
  H100X8(5, false),
  /** Four A100, the first split into MIG instances. */
  A100X4_MIG(2, true),
  /** One of each: what must not be expected of every model. */
  MIXED(1, false),
  /** A single small GPU. */
  T4X1(0, false);

  private static final List<String> BUSES = List.of("18", "2a", "3a", "5d", "9a", "ab", "ba", "db");

  private final int sick;
  private final boolean mig;

  SimProfile(int sick, boolean mig) {
    this.sick = sick;
    this.mig = mig;
  }

  static Optional<SimProfile> named(String name) {
    return List.of(values()).stream()
        .filter(profile -> profile.wireName().equals(name))
        .findFirst();
  }

  /** As it is written in settings: {@code a100x4-mig}. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<SimModel> models() {
    return switch (this) {
      case H100X8 -> Collections.nCopies(8, SimModel.H100);
      case A100X4_MIG -> Collections.nCopies(4, SimModel.A100);
      case MIXED -> List.of(SimModel.H100, SimModel.A100, SimModel.L40S, SimModel.T4);
      case T4X1 -> List.of(SimModel.T4);
    };
  }

  /** The GPU that a scenario is about. */
  int sick() {
    return sick;
  }

  /** Whether GPU 0 is split. */
  boolean mig() {
    return mig;
  }

  PciAddress pci(int index) {
    return PciAddress.parse("0000:" + BUSES.get(index) + ":00.0").orElseThrow();
  }
}

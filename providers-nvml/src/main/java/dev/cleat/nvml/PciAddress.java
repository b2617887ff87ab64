// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Locale;
import java.util.Optional;

/**
 * Where a device sits on the PCI bus. Numbers, not text: {@code 0000:3b:00}, as the kernel prints
 * it, and {@code 00000000:3B:00.0}, as NVML does, are equal. A missing domain or function is 0.
 */
record PciAddress(long domain, int bus, int device, int function)
    implements Comparable<PciAddress> {

  private static final int DOMAIN_DIGITS = 8;

  /** Reads an address in any of its spellings, with or without {@code PCI:} before it. */
  static Optional<PciAddress> parse(String text) {
    String address = text.strip();
    if (address.regionMatches(true, 0, "PCI:", 0, 4)) {
      address = address.substring(4);
    }
    if (address.length() > 32) {
      return Optional.empty();
    }
    long function = 0;
    int dot = address.indexOf('.');
    if (dot >= 0) {
      function = hex(address.substring(dot + 1), 2);
      address = address.substring(0, dot);
    }
    String[] parts = address.split(":", -1);
    if (parts.length < 2 || parts.length > 3) {
      return Optional.empty();
    }
    long device = hex(parts[parts.length - 1], 2);
    long bus = hex(parts[parts.length - 2], 2);
    long domain = parts.length == 3 ? hex(parts[0], DOMAIN_DIGITS) : 0;
    if (device < 0 || bus < 0 || domain < 0 || function < 0) {
      return Optional.empty();
    }
    return Optional.of(new PciAddress(domain, (int) bus, (int) device, (int) function));
  }

  private static long hex(String digits, int most) {
    if (digits.isEmpty() || digits.length() > most) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  /** As Linux prints it: {@code 0000:3b:00.0}. */
  String text() {
    return String.format(Locale.ROOT, "%04x:%02x:%02x.%x", domain, bus, device, function);
  }

  /** The board: the same address at function 0, because a GPU and its sound device share one. */
  PciAddress board() {
    return function == 0 ? this : new PciAddress(domain, bus, device, 0);
  }

  @Override
  public int compareTo(PciAddress other) {
    int byDomain = Long.compare(domain, other.domain);
    int byBus = byDomain != 0 ? byDomain : Integer.compare(bus, other.bus);
    int byDevice = byBus != 0 ? byBus : Integer.compare(device, other.device);
    return byDevice != 0 ? byDevice : Integer.compare(function, other.function);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * NVIDIA's catalogue of XID codes: name, meaning, and what NVIDIA says to do. A code it does not
 * hold is unknown, not wrong.
 */
final class XidCatalog {

  /** Named beside every entry, because it is NVIDIA's opinion, not Cleat's. */
  static final String SOURCE = "NVIDIA XID catalogue, October 2025";

  private static final String RESOURCE = "xid-catalog.tsv";

  /** One code. A bucket that NVIDIA has not filled yet is empty. */
  record Entry(
      int code, String mnemonic, String description, String immediate, String investigatory) {}

  private final Map<Integer, Entry> entries;

  private XidCatalog(Map<Integer, Entry> entries) {
    this.entries = Map.copyOf(entries);
  }

  /** Reads the catalogue that is part of this jar. */
  static XidCatalog load() {
    Map<Integer, Entry> entries = new HashMap<>();
    try (InputStream in = XidCatalog.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the jar");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isEmpty() && Character.isDigit(line.charAt(0))) {
          String[] cells = line.split("\t", -1);
          int code = Integer.parseInt(cells[0]);
          entries.put(code, new Entry(code, cells[1], cells[2], cells[3], cells[4]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE + " in the jar", e);
    }
    return new XidCatalog(entries);
  }

  Optional<Entry> entry(int code) {
    return Optional.ofNullable(entries.get(code));
  }

  int size() {
    return entries.size();
  }
}

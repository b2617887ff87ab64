// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where the kernel log is read from, when it is asked for. */
interface KernelLog {

  /** The most events that are kept of one log, the newest ones. */
  int MOST_EVENTS = 20_000;

  /**
   * Reads what there is.
   *
   * @param now against which dates without a year are read
   * @throws Unreadable when nothing can be read, with the reason
   */
  Content read(Instant now) throws Unreadable;

  /**
   * What was read.
   *
   * @param reader how: a file and its name, or the simulation
   * @param records how many records there were, of whatever kind
   * @param lostRecords how many are missing between them, by their sequence numbers, or were
   *     dropped for the bound
   * @param notes what limits the answer, in sentences
   */
  record Content(
      String reader,
      List<XidEvent> events,
      long records,
      long lostRecords,
      Optional<Instant> from,
      Optional<Instant> to,
      List<String> notes) {

    public Content {
      events = List.copyOf(events);
      notes = List.copyOf(notes);
    }
  }

  /** The log cannot be read; the message says why, {@link #hint} what to do. */
  final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;
    private final String hint;

    Unreadable(String message, String hint) {
      super(message);
      this.hint = hint;
    }

    String hint() {
      return hint;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;

/**
 * The progress of one call on its way to its listener: one report at a time, and only rising ones,
 * because a report whose thread was held up may be overtaken by the next.
 */
final class RisingProgress {
  private final CallListener listener;
  private double last = Double.NEGATIVE_INFINITY;

  RisingProgress(CallListener listener) {
    this.listener = listener;
  }

  synchronized void report(double done, double total, String message) {
    if (done > last) {
      last = done;
      listener.progress(done, total, message);
    }
  }
}

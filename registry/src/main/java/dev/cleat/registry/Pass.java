// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.registry.Breaker.Outcome;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** The leave to make one call. Whoever got it has to end it, however the call ends. */
final class Pass {
  private static final AtomicIntegerFieldUpdater<Pass> ENDED =
      AtomicIntegerFieldUpdater.newUpdater(Pass.class, "ended");

  private final Gate gate;
  private final Breaker.Period period;
  private volatile int ended;

  Pass(Gate gate, Breaker.Period period) {
    this.gate = gate;
    this.period = period;
  }

  /**
   * The call has ended; whoever waits longest goes next. Only the first one counts. Those that wait
   * without a thread go on in this one.
   */
  void end(Outcome outcome) {
    if (ended == 0 && ENDED.compareAndSet(this, 0, 1)) {
      gate.leave(period, outcome);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many hold a generation, and which phase of its life it is in, in one word; so one
 * compare-and-set decides each step, and decides who closes the client: whoever moves the phase to
 * CLOSING.
 *
 * <pre>
 *   acquire   OPEN,h     → OPEN,h+1        refused in any other phase
 *   release   DRAINING,1 → CLOSING,0       else h → h-1
 *   retire    OPEN,1     → CLOSING,0       OPEN,h → DRAINING,h-1     not OPEN: nothing
 *   idle      OPEN,1     → CLOSING,0       somebody holds it: nothing
 *   force     DRAINING,h → CLOSING,h       else nothing
 *   closed    CLOSING    → CLOSED
 * </pre>
 *
 * <p>It starts OPEN with one holder, the registry. The phase never goes back, and while OPEN the
 * holders never fall below one, so nobody is ever given a client that is being closed. Proved by
 * {@code HolderWordLincheckTest}, in every interleaving of a few threads; what a caller with an old
 * view of the directory sees of it, by {@code ReplacementTest}.
 */
final class HolderWord {
  /** The life of a generation, in its order. */
  enum Phase {
    OPEN(0),
    DRAINING(1),
    CLOSING(2),
    CLOSED(3);

    private final long bits;

    Phase(long bits) {
      this.bits = bits;
    }
  }

  private static final int PHASE_BITS = 2;
  private static final long PHASE_MASK = (1 << PHASE_BITS) - 1;
  private static final long ONE_HOLDER = 1 << PHASE_BITS;
  private static final Phase[] PHASES = Phase.values();

  // holders << 2 | phase
  private final AtomicLong word = new AtomicLong(ONE_HOLDER);

  /** Becomes a holder; false once it is no longer open. */
  boolean tryAcquire() {
    while (true) {
      long now = word.get();
      if (phase(now) != Phase.OPEN) {
        return false;
      }
      if (word.compareAndSet(now, now + ONE_HOLDER)) {
        return true;
      }
    }
  }

  /** Stops being a holder. True for the one who has to close the client now. */
  boolean release() {
    while (true) {
      long now = word.get();
      long holders = holders(now);
      Phase phase = phase(now);
      if (holders == 0 || (phase == Phase.OPEN && holders == 1)) {
        throw new IllegalStateException("A lease was released that nobody holds: " + this);
      }
      boolean last = phase == Phase.DRAINING && holders == 1;
      long next = last ? word(Phase.CLOSING, 0) : now - ONE_HOLDER;
      if (word.compareAndSet(now, next)) {
        return last;
      }
    }
  }

  /** The registry lets go of it. True for the one who has to close the client now. */
  boolean retire() {
    while (true) {
      long now = word.get();
      if (phase(now) != Phase.OPEN) {
        return false;
      }
      boolean last = holders(now) == 1;
      long next = last ? word(Phase.CLOSING, 0) : word(Phase.DRAINING, holders(now) - 1);
      if (word.compareAndSet(now, next)) {
        return last;
      }
    }
  }

  /**
   * Closes it if nobody but the registry holds it. True for the one who has to close the client.
   */
  boolean idle() {
    return word.compareAndSet(ONE_HOLDER, word(Phase.CLOSING, 0));
  }

  /** The time for draining is over. True for the one who has to close the client now. */
  boolean force() {
    while (true) {
      long now = word.get();
      if (phase(now) != Phase.DRAINING) {
        return false;
      }
      if (word.compareAndSet(now, word(Phase.CLOSING, holders(now)))) {
        return true;
      }
    }
  }

  /** The client is closed. Added, not set: holders that were forced out may release meanwhile. */
  void closed() {
    if (phase() != Phase.CLOSING) {
      throw new IllegalStateException("What nobody is closing cannot be closed: " + this);
    }
    word.getAndAdd(Phase.CLOSED.bits - Phase.CLOSING.bits);
  }

  Phase phase() {
    return phase(word.get());
  }

  /** How many hold it, the registry not included. */
  long leases() {
    long now = word.get();
    return holders(now) - (phase(now) == Phase.OPEN ? 1 : 0);
  }

  private static Phase phase(long word) {
    return PHASES[(int) (word & PHASE_MASK)];
  }

  private static long holders(long word) {
    return word >>> PHASE_BITS;
  }

  private static long word(Phase phase, long holders) {
    return holders << PHASE_BITS | phase.bits;
  }

  @Override
  public String toString() {
    long now = word.get();
    return phase(now) + " with " + holders(now) + " holders";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.registry.HolderWord.Phase;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** The word under racing threads: every interleaving of a few, and many of them at random. */
class HolderWordLincheckTest {
  // The word's life goes one way, so nothing may run before the threads do: its life would be over.
  private static ModelCheckingOptions everyInterleaving() {
    return new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(15)
        .invocationsPerIteration(500);
  }

  private static StressOptions atRandom() {
    return new StressOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(10)
        .invocationsPerIteration(1_000);
  }

  /** A client that is held by a word, with all that must never happen to it. */
  public static class DrainingClient {
    private final HolderWord word = new HolderWord();
    private final AtomicInteger closings = new AtomicInteger();
    private volatile boolean closed;
    private volatile boolean usedAfterClose;
    private volatile boolean revived;

    /** A call: holds, uses, lets go. */
    @Operation
    public void call() {
      if (!word.tryAcquire()) {
        return;
      }
      if (closed) {
        usedAfterClose = true;
      }
      closeIf(word.release());
    }

    /** The client is replaced. */
    @Operation
    public void replace() {
      closeIf(word.retire());
      if (word.tryAcquire()) {
        revived = true;
      }
    }

    /** The client is not used, and stopped if nobody came before. */
    @Operation
    public void stopIdle() {
      if (word.idle()) {
        closeIf(true);
        if (word.tryAcquire()) {
          revived = true;
        }
      }
    }

    void closeIf(boolean mine) {
      if (mine) {
        closings.incrementAndGet();
        closed = true;
        word.closed();
      }
    }

    final HolderWord word() {
      return word;
    }

    /** What has to hold after all threads have ended. */
    @Validate
    public void nothingWentWrong() {
      check(!usedAfterClose, "used after its close");
      check(!revived, "acquired after it was replaced");
      check(word.leases() == 0, "still held");
      check(closings.get() == (word.phase() == Phase.OPEN ? 0 : 1), "closed not once");
      check(word.phase() == Phase.OPEN || word.phase() == Phase.CLOSED, "neither open nor closed");
    }

    private void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalStateException(otherwise + ": " + word + ", closings: " + closings);
      }
    }
  }

  /** The same with a limit to its draining. Then a call may be closed under; all else holds. */
  public static class ForcedClient {
    private final HolderWord word = new HolderWord();
    private final AtomicInteger closings = new AtomicInteger();

    /** A call: holds, uses, lets go. */
    @Operation
    public void call() {
      if (word.tryAcquire()) {
        closeIf(word.release());
      }
    }

    /** The client is replaced. */
    @Operation
    public void replace() {
      closeIf(word.retire());
    }

    /** The time for draining is over. */
    @Operation
    public void force() {
      closeIf(word.force());
    }

    private void closeIf(boolean mine) {
      if (mine) {
        closings.incrementAndGet();
        word.closed();
      }
    }

    /** What has to hold after all threads have ended. */
    @Validate
    public void nothingWentWrong() {
      boolean open = word.phase() == Phase.OPEN;
      if (word.leases() != 0
          || closings.get() != (open ? 0 : 1)
          || !open && word.phase() != Phase.CLOSED) {
        throw new IllegalStateException(word + ", closings: " + closings);
      }
    }
  }

  /** The steps that are one each, compared with the same steps one after the other. */
  public static class Steps {
    private final HolderWord word = new HolderWord();

    /** One step. */
    @Operation
    public boolean acquire() {
      return word.tryAcquire();
    }

    /** One step. */
    @Operation
    public boolean retire() {
      return word.retire();
    }

    /** One step. */
    @Operation
    public boolean force() {
      return word.force();
    }

    /** One step. */
    @Operation
    public boolean idle() {
      return word.idle();
    }

    /** One look. */
    @Operation
    public String look() {
      return word.toString();
    }
  }

  @Test
  void aClientIsClosedOnceAndNeverUsedAfterwardsInEveryInterleaving() {
    everyInterleaving().check(DrainingClient.class);
  }

  @Test
  void aClientIsClosedOnceAndNeverUsedAfterwardsUnderStress() {
    atRandom().check(DrainingClient.class);
  }

  @Test
  void aClientThatIsForcedIsClosedOnceInEveryInterleaving() {
    everyInterleaving().check(ForcedClient.class);
  }

  @Test
  void aClientThatIsForcedIsClosedOnceUnderStress() {
    atRandom().check(ForcedClient.class);
  }

  @Test
  void eachStepHappensAtOnceInEveryInterleaving() {
    everyInterleaving().check(Steps.class);
  }
}

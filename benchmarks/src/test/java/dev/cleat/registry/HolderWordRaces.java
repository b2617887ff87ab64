// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.cleat.registry.HolderWord.Phase;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIIII_Result;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads at one word of holders, millions of times, as the compiler and the processor reorder
 * them. What is not listed as an outcome is forbidden. {@code HolderWordLincheckTest} tries every
 * interleaving of more steps, but not what hardware does; run by {@code RacesIT}.
 */
public class HolderWordRaces {
  // Numbers in outcomes: 1 for true and 0 for false.
  private static int number(boolean answer) {
    return answer ? 1 : 0;
  }

  private static int isClosingWithNobodyLeft(HolderWord word) {
    return number(word.phase() == Phase.CLOSING && word.leases() == 0);
  }

  /**
   * Somebody uses the client while the registry lets go of it. Results: it was acquired; its user
   * found it closed; its user closes it; the registry closes it; who closes it sees the use.
   */
  @JCStressTest
  @State
  @Outcome(id = "0, 0, 0, 1, 1", expect = ACCEPTABLE, desc = "refused")
  @Outcome(id = "1, 0, 1, 0, 1", expect = ACCEPTABLE, desc = "held, the user was last")
  @Outcome(id = "1, 0, 0, 1, 1", expect = ACCEPTABLE, desc = "held and given back before")
  public static class AcquireAndRetire {
    private final HolderWord word = new HolderWord();

    // Plain fields: the word alone has to order them.
    private int uses;
    private int closings;

    /** Uses the client. */
    @Actor
    public void user(IIIII_Result result) {
      result.r1 = number(word.tryAcquire());
      if (result.r1 == 1) {
        result.r2 = closings;
        uses++;
        result.r3 = number(word.release());
        if (result.r3 == 1) {
          closings++;
        }
      }
    }

    /** Lets go. */
    @Actor
    public void registry(IIIII_Result result) {
      result.r4 = number(word.retire());
      if (result.r4 == 1) {
        result.r5 = uses;
        closings++;
      }
    }

    /** Nobody is left. */
    @Arbiter
    public void end(IIIII_Result result) {
      boolean seen = result.r4 == 0 || result.r5 == result.r1;
      boolean once = closings == 1 && isClosingWithNobodyLeft(word) == 1;
      result.r5 = number(seen && once);
    }
  }

  /**
   * The drain is over while the last user gives back and another one comes. Results: the other was
   * let in; the last user closes; the deadline closes; nobody is left.
   */
  @JCStressTest
  @State
  @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "given back in time")
  @Outcome(id = "0, 0, 1, 1", expect = ACCEPTABLE, desc = "closed under its user")
  public static class AcquireAndForce {
    private final HolderWord word = draining(1);

    /** Comes too late, and gives back. */
    @Actor
    public void user(IIII_Result result) {
      result.r1 = number(word.tryAcquire());
      result.r2 = number(word.release());
    }

    /** Does not wait any longer. */
    @Actor
    public void deadline(IIII_Result result) {
      result.r3 = number(word.force());
    }

    /** Nobody is left. */
    @Arbiter
    public void end(IIII_Result result) {
      result.r4 = isClosingWithNobodyLeft(word);
    }
  }

  /** The last two users give back: one of them closes. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first was last")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second was last")
  public static class ReleaseAndRelease {
    private final HolderWord word = draining(2);

    /** Gives back. */
    @Actor
    public void first(III_Result result) {
      result.r1 = number(word.release());
    }

    /** Gives back. */
    @Actor
    public void second(III_Result result) {
      result.r2 = number(word.release());
    }

    /** Nobody is left. */
    @Arbiter
    public void end(III_Result result) {
      result.r3 = isClosingWithNobodyLeft(word);
    }
  }

  /** It is replaced and lost at once: one of the two closes. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "replaced first")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "lost first")
  public static class RetireAndRetire {
    private final HolderWord word = new HolderWord();

    /** Replaces it. */
    @Actor
    public void replacement(III_Result result) {
      result.r1 = number(word.retire());
    }

    /** Loses it. */
    @Actor
    public void loss(III_Result result) {
      result.r2 = number(word.retire());
    }

    /** Nobody is left. */
    @Arbiter
    public void end(III_Result result) {
      result.r3 = isClosingWithNobodyLeft(word);
    }
  }

  /** The idle timer is due as somebody comes: either it is stopped or it is used. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "stopped, and the user refused")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "used, and not stopped")
  public static class IdleAndAcquire {
    private final HolderWord word = new HolderWord();

    /** Stops what nobody uses. */
    @Actor
    public void timer(II_Result result) {
      result.r1 = number(word.idle());
    }

    /** Uses it. */
    @Actor
    public void user(II_Result result) {
      result.r2 = number(word.tryAcquire());
    }
  }

  /** It is closed under a user who gives back just then: neither is lost. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "closed, and nobody is left")
  public static class ClosedAndLateRelease {
    private final HolderWord word = forced();

    /** Has closed the client. */
    @Actor
    public void closer() {
      word.closed();
    }

    /** Gives back what is no longer there. */
    @Actor
    public void user(II_Result result) {
      result.r1 = number(word.release());
    }

    /** Nobody is left. */
    @Arbiter
    public void end(II_Result result) {
      result.r2 = number(word.phase() == Phase.CLOSED && word.leases() == 0);
    }
  }

  private static HolderWord draining(int users) {
    HolderWord word = new HolderWord();
    for (int i = 0; i < users; i++) {
      word.tryAcquire();
    }
    word.retire();
    return word;
  }

  private static HolderWord forced() {
    HolderWord word = draining(1);
    word.force();
    return word;
  }
}

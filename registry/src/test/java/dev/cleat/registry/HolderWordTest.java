// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.registry.HolderWord.Phase;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HolderWordTest {
  private final HolderWord word = new HolderWord();

  @Test
  void theRegistryCannotBeReleasedByAnybodyElse() {
    assertThatThrownBy(word::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("A lease was released that nobody holds: OPEN with 1 holders");
    assertThat(word.tryAcquire()).isTrue();
  }

  @Test
  void aReleaseTooManyIsRefusedAndChangesNothing() {
    word.tryAcquire();
    word.retire();
    assertThat(word.release()).isTrue();

    assertThatThrownBy(word::release).isInstanceOf(IllegalStateException.class);

    assertThat(word).hasToString("CLOSING with 0 holders");
  }

  @Test
  void whatIsNotBeingClosedCannotBecomeClosed() {
    assertThatThrownBy(word::closed).isInstanceOf(IllegalStateException.class);
    assertThat(word).hasToString("OPEN with 1 holders");
  }

  @Test
  void whatIsClosedStaysClosed() {
    word.retire();
    word.closed();

    assertThatThrownBy(word::closed).isInstanceOf(IllegalStateException.class);
    assertThat(word.tryAcquire()).isFalse();
    assertThat(word).hasToString("CLOSED with 0 holders");
  }

  @Test
  void holdersThatWereForcedOutReleaseLate() {
    word.tryAcquire();
    word.retire();
    assertThat(word.force()).isTrue();
    word.closed();

    assertThat(word.release()).isFalse();

    assertThat(word).hasToString("CLOSED with 0 holders");
  }

  /** What can be done to a word. */
  enum Step {
    ACQUIRE,
    RELEASE,
    RETIRE,
    FORCE,
    CLOSED
  }

  /** The same in plain words: no bits, no compare-and-set. */
  private static final class Model {
    Phase phase = Phase.OPEN;
    int leases;

    /** What it returns; nothing when it throws. */
    Optional<Boolean> take(Step step) {
      switch (step) {
        case ACQUIRE:
          leases += phase == Phase.OPEN ? 1 : 0;
          return Optional.of(phase == Phase.OPEN);
        case RELEASE:
          if (leases == 0) {
            return Optional.empty();
          }
          leases--;
          return Optional.of(closes(phase == Phase.DRAINING && leases == 0));
        case RETIRE:
          if (phase != Phase.OPEN) {
            return Optional.of(false);
          }
          phase = Phase.DRAINING;
          return Optional.of(closes(leases == 0));
        case FORCE:
          return Optional.of(closes(phase == Phase.DRAINING));
        default:
          if (phase != Phase.CLOSING) {
            return Optional.empty();
          }
          phase = Phase.CLOSED;
          return Optional.of(true);
      }
    }

    private boolean closes(boolean now) {
      phase = now ? Phase.CLOSING : phase;
      return now;
    }
  }

  @Property
  void itDoesWhatItsTableSays(@ForAll List<Step> steps) {
    HolderWord real = new HolderWord();
    Model model = new Model();
    int closers = 0;

    for (Step step : steps) {
      Optional<Boolean> expected = model.take(step);
      Optional<Boolean> result = take(real, step);

      assertThat(result).as("%s to %s", step, real).isEqualTo(expected);
      assertThat(real.phase()).isEqualTo(model.phase);
      assertThat(real.leases()).isEqualTo(model.leases);
      closers += step != Step.ACQUIRE && step != Step.CLOSED && result.orElse(false) ? 1 : 0;
    }
    assertThat(closers).isEqualTo(real.phase().compareTo(Phase.CLOSING) < 0 ? 0 : 1);
  }

  private static Optional<Boolean> take(HolderWord word, Step step) {
    try {
      switch (step) {
        case ACQUIRE:
          return Optional.of(word.tryAcquire());
        case RELEASE:
          return Optional.of(word.release());
        case RETIRE:
          return Optional.of(word.retire());
        case FORCE:
          return Optional.of(word.force());
        default:
          word.closed();
          return Optional.of(true);
      }
    } catch (IllegalStateException refused) {
      return Optional.empty();
    }
  }

  @Test
  void onlyWhatNobodyHoldsIsStopped() {
    assertThat(word.tryAcquire()).isTrue();
    assertThat(word.idle()).as("somebody holds it").isFalse();
    assertThat(word.phase()).isEqualTo(Phase.OPEN);
    assertThat(word.release()).isFalse();

    assertThat(word.idle()).isTrue();
    assertThat(word).hasToString("CLOSING with 0 holders");
    assertThat(word.idle()).as("it is closed once").isFalse();
    assertThat(word.retire()).isFalse();
    assertThat(word.tryAcquire()).isFalse();
  }
}

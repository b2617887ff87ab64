// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** A gate against a queue, a few counters and a sequence of periods, in random order. */
class GateModelTest {
  /** What can be done to a gate. */
  enum Step {
    ENTER,
    ANSWERED,
    UNANSWERED,
    NEITHER,
    END_AGAIN,
    CANCEL,
    ADVANCE,
    SETTINGS,
    RESET,
    REMOVE
  }

  record Action(Step step, int which) {}

  /** One that asked. */
  private static final class Caller implements Gate.Waiter {
    final int number;
    final long deadline;
    final List<String> told;
    @Nullable Pass pass;
    Runnable cancel = () -> {};
    // What the model knows: the period that it was admitted in.
    int period;

    Caller(int number, long deadline, List<String> told) {
      this.number = number;
      this.deadline = deadline;
      this.told = told;
    }

    @Override
    public void admitted(Pass newPass) {
      pass = newPass;
      told.add(number + " admitted");
    }

    @Override
    public void refused(McpException why) {
      told.add(number + " " + why.getClass().getSimpleName());
    }

    String refused(Class<? extends McpException> why) {
      return number + " " + why.getSimpleName();
    }
  }

  // The gate.
  private final ManualTime time = new ManualTime();
  private final List<String> told = new ArrayList<>();
  private final List<BreakerState> changes = new ArrayList<>();
  private GateSettings settings = new GateSettings(2, 3, 2, Duration.ofMillis(100));
  private final Gate gate = new Gate(Namespace.of("a"), time, settings, changes::add);

  // The model.
  private long now;
  private int callers;
  private final List<Caller> running = new ArrayList<>();
  private final List<Caller> ended = new ArrayList<>();
  private final Deque<Caller> queue = new ArrayDeque<>();
  private final List<String> expected = new ArrayList<>();
  private final List<BreakerState> expectedChanges = new ArrayList<>();
  private BreakerState state = BreakerState.CLOSED;
  private int period;
  private int unanswered;
  private int doublings;
  private long openUntil;
  private boolean removed;
  private int rejected;

  @Property(tries = 2_000)
  void itDoesWhatTheModelDoes(@ForAll("actions") List<Action> actions) {
    GateModelTest run = new GateModelTest();
    for (Action action : actions) {
      run.take(action.step(), action.which());
      run.check(action);
    }
  }

  @Provide
  Arbitrary<List<Action>> actions() {
    Arbitrary<Step> steps =
        Arbitraries.frequency(
            Tuple.of(30, Step.ENTER),
            Tuple.of(10, Step.ANSWERED),
            Tuple.of(12, Step.UNANSWERED),
            Tuple.of(4, Step.NEITHER),
            Tuple.of(2, Step.END_AGAIN),
            Tuple.of(4, Step.CANCEL),
            Tuple.of(12, Step.ADVANCE),
            Tuple.of(4, Step.SETTINGS),
            Tuple.of(2, Step.RESET),
            Tuple.of(1, Step.REMOVE));
    return Combinators.combine(steps, Arbitraries.integers().between(0, 7))
        .as(Action::new)
        .list()
        .ofMaxSize(80);
  }

  private void take(Step step, int which) {
    switch (step) {
      case ENTER -> enter(which);
      case ANSWERED -> end(which, Outcome.ANSWERED);
      case UNANSWERED -> end(which, Outcome.UNANSWERED);
      case NEITHER -> end(which, Outcome.NEITHER);
      case END_AGAIN -> pick(ended, which).ifPresent(each -> end(each, Outcome.UNANSWERED));
      case CANCEL -> pick(new ArrayList<>(queue), which).ifPresent(this::cancel);
      case ADVANCE -> advance(List.of(1, 10, 50, 99, 100, 200, 400, 1_000).get(which));
      case SETTINGS -> settings(which);
      case RESET -> reset();
      case REMOVE -> remove();
    }
  }

  private static Optional<Caller> pick(List<Caller> from, int which) {
    return from.isEmpty() ? Optional.empty() : Optional.of(from.get(which % from.size()));
  }

  private void enter(int which) {
    long limit = List.of(-1, 0, 20, 20, 50, 150, 150, 1_000_000).get(which);
    Caller caller = new Caller(callers++, now + limit, told);
    caller.cancel =
        gate.enterAsync(time.nanos() + Duration.ofMillis(limit).toNanos(), "a call", caller);

    if (removed) {
      expected.add(caller.refused(McpException.NotFound.class));
    } else if (refuses()) {
      reject(caller);
    } else if (running.size() < settings.maxConcurrent() && queue.isEmpty()) {
      admit(caller);
    } else if (queue.size() >= settings.maxQueued()) {
      reject(caller);
    } else if (limit <= 0) {
      expected.add(caller.refused(McpException.TimedOut.class));
    } else {
      queue.add(caller);
    }
  }

  private void admit(Caller caller) {
    if (state == BreakerState.OPEN) {
      change(BreakerState.HALF_OPEN);
    }
    caller.period = period;
    running.add(caller);
    expected.add(caller.number + " admitted");
  }

  private void reject(Caller caller) {
    rejected++;
    expected.add(caller.refused(McpException.NotSent.class));
  }

  private boolean refuses() {
    return state == BreakerState.HALF_OPEN || state == BreakerState.OPEN && now < openUntil;
  }

  private void end(int which, Outcome outcome) {
    Optional<Caller> one = pick(running, which);
    if (one.isEmpty()) {
      return;
    }
    Caller caller = one.get();
    end(caller, outcome);

    running.remove(caller);
    ended.add(caller);
    if (caller.period == period) {
      judge(outcome);
    }
    serve();
  }

  private static void end(Caller caller, Outcome outcome) {
    Pass pass = caller.pass;
    assertThat(pass).isNotNull();
    pass.end(outcome);
  }

  private void judge(Outcome outcome) {
    boolean probe = state == BreakerState.HALF_OPEN;
    switch (outcome) {
      case ANSWERED -> {
        unanswered = 0;
        if (probe) {
          close();
        }
      }
      case UNANSWERED -> {
        unanswered++;
        if (probe) {
          open(Math.min(doublings + 1, 3));
        } else if (settings.breakerThreshold() > 0 && unanswered >= settings.breakerThreshold()) {
          open(0);
        }
      }
      case NEITHER -> {
        if (probe) {
          change(BreakerState.OPEN);
          openUntil = now;
        }
      }
    }
  }

  private void close() {
    change(BreakerState.CLOSED);
    unanswered = 0;
  }

  private void open(int newDoublings) {
    change(BreakerState.OPEN);
    doublings = newDoublings;
    openUntil = now + settings.breakerPause().toMillis() * (1L << newDoublings);
  }

  private void change(BreakerState to) {
    state = to;
    period++;
    expectedChanges.add(to);
  }

  private void serve() {
    while (!queue.isEmpty()) {
      if (refuses()) {
        reject(queue.remove());
      } else if (running.size() < settings.maxConcurrent()) {
        admit(queue.remove());
      } else {
        return;
      }
    }
  }

  private void cancel(Caller caller) {
    caller.cancel.run();
    caller.cancel.run();

    queue.remove(caller);
    expected.add(caller.refused(McpException.Cancelled.class));
  }

  private void advance(int millis) {
    time.advance(Duration.ofMillis(millis));

    now += millis;
    Predicate<Caller> late = caller -> caller.deadline <= now;
    queue.stream()
        .filter(late)
        .sorted(Comparator.comparingLong(caller -> caller.deadline))
        .forEach(caller -> expected.add(caller.refused(McpException.TimedOut.class)));
    queue.removeIf(late);
  }

  private void settings(int which) {
    settings =
        new GateSettings(
            1 + which % 4, which % 3 + 1, which == 7 ? 0 : 1 + which % 3, Duration.ofMillis(100));
    gate.settings(settings);

    if (settings.breakerThreshold() == 0 && state != BreakerState.CLOSED) {
      close();
    }
    serve();
  }

  private void reset() {
    gate.reset();

    if (state == BreakerState.CLOSED) {
      period++;
      unanswered = 0;
    } else {
      close();
    }
  }

  private void remove() {
    gate.remove();

    removed = true;
    queue.forEach(caller -> expected.add(caller.refused(McpException.NotFound.class)));
    queue.clear();
  }

  private void check(Action action) {
    assertThat(told).as("told after %s", action).isEqualTo(expected);
    assertThat(changes).as("changes of the breaker").isEqualTo(expectedChanges);
    assertThat(gate.inFlight()).as("in flight").isEqualTo(running.size());
    assertThat(gate.queued()).as("queued").isEqualTo(queue.size());
    assertThat(gate.breaker()).as("breaker").isEqualTo(state);
    assertThat(gate.rejected()).as("rejected").isEqualTo(rejected);
    assertThat(time.scheduled()).as("timers").isBetween(queue.isEmpty() ? 0 : 1, removed ? 0 : 1);
  }
}

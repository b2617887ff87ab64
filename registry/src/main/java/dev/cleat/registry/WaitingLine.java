// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait at a {@link Gate}, oldest first, and one timer for all their deadlines. It is
 * guarded by the lock of the gate: whoever takes a call out of it decides what becomes of that
 * call, and nobody else does.
 */
final class WaitingLine {
  /** One that waits. Equal to nothing but itself. */
  static final class Waiting {
    private final Gate.Waiter waiter;
    private final String what;
    private final long since;
    private final long deadline;

    Waiting(Gate.Waiter waiter, String what, long since, long deadline) {
      this.waiter = waiter;
      this.what = what;
      this.since = since;
      this.deadline = deadline;
    }

    String what() {
      return what;
    }

    /** How long it waits at most. */
    Duration limit() {
      return Duration.ofNanos(Math.max(0, deadline - since));
    }

    /** Its deadline is over already. */
    boolean cameLate() {
      return deadline - since <= 0;
    }
  }

  /** What becomes of one: it has a place, or there is a reason why not. */
  record Verdict(Waiting waiting, @Nullable McpException why) {
    Gate.Waiter waiter() {
      return waiting.waiter;
    }
  }

  private final Time time;
  private final Runnable onDeadline;
  private final Queue<Waiting> line = new ArrayDeque<>();

  // While somebody waits, the timer is set for the earliest deadline or sooner. It stays set when
  // nobody does any more: in a busy line hardly a deadline comes, and few calls touch the timer.
  private @Nullable Runnable stopTimer;
  private long timerAt;

  WaitingLine(Time time, Runnable onDeadline) {
    this.time = time;
    this.onDeadline = onDeadline;
  }

  int size() {
    return line.size();
  }

  boolean isEmpty() {
    return line.isEmpty();
  }

  void add(Waiting waiting) {
    line.add(waiting);
    wakeFor(waiting);
  }

  /** Takes out the oldest. */
  Waiting next() {
    return line.remove();
  }

  /** Takes out some, for a reason. */
  List<Verdict> refuse(Predicate<Waiting> which, Function<Waiting, ? extends McpException> why) {
    List<Verdict> verdicts = new ArrayList<>();
    line.removeIf(
        waiting -> which.test(waiting) && verdicts.add(new Verdict(waiting, why.apply(waiting))));
    return verdicts;
  }

  /** Takes out those whose deadline has come. */
  List<Verdict> refuseLate(Function<Waiting, ? extends McpException> why) {
    stopTimer();
    long now = time.nanos();
    List<Verdict> verdicts = refuse(waiting -> waiting.deadline - now <= 0, why);
    line.forEach(this::wakeFor);
    return verdicts;
  }

  private void wakeFor(Waiting waiting) {
    if (stopTimer != null && timerAt - waiting.deadline <= 0) {
      return;
    }
    stopTimer();
    timerAt = waiting.deadline;
    stopTimer = time.after(Duration.ofNanos(timerAt - time.nanos()), onDeadline);
  }

  /** For when nobody will come any more. */
  void stopTimer() {
    if (stopTimer != null) {
      stopTimer.run();
      stopTimer = null;
    }
  }
}

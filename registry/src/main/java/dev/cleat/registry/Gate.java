// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import dev.cleat.registry.WaitingLine.Verdict;
import dev.cleat.registry.WaitingLine.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of one namespace run at once, who waits for that and in which order, and whether
 * calls are sent at all ({@link Breaker}). It outlives the generations of the namespace.
 *
 * <p><b>Order.</b> First come, first served: a place that becomes free goes to the call that waits
 * longest, and nobody passes those that wait. When the breaker opens, all that wait are refused.
 *
 * <p><b>Threads.</b> Any. While nobody waits and the breaker is closed, entering and leaving are
 * one compare-and-set each, without a lock and without reading the time. No lock is held while
 * somebody is told. Proved by {@code GateModelTest}, {@code GateStressTest} and {@code
 * GateLincheckTest}.
 */
final class Gate {
  /**
   * Hears once what becomes of a call: one of the two, outside of locks. It has to return soon, and
   * must not wait for anything.
   */
  interface Waiter {
    /** The call may be made. In the thread that asked, or in the one that made room. */
    void admitted(Pass pass);

    /** It may not: what {@link Gate#enter} would throw. */
    void refused(McpException why);
  }

  // The word: running calls, times four, and two flags. Somebody queues exactly while QUEUING is
  // set; then, and when it is REMOVED, whoever enters takes the lock, and the first of them also
  // brings those who leave there.
  private static final long QUEUING = 1;
  private static final long REMOVED = 2;
  private static final long FLAGS = QUEUING | REMOVED;
  private static final int CALL_BITS = 2;
  private static final long ONE_CALL = 1 << CALL_BITS;

  private final Namespace namespace;
  private final Time time;
  private final Breaker breaker;
  private final LongAdder rejected = new LongAdder();
  private final AtomicLong word = new AtomicLong();
  private volatile GateSettings settings;
  private volatile int queued;

  // Guards the flags of the word, and what is below. Whoever takes a call out of the queue, under
  // the lock, decides what becomes of it.
  private final ReentrantLock lock = new ReentrantLock();
  private final WaitingLine queue;
  private @Nullable Supplier<McpException> gone;

  Gate(
      Namespace namespace,
      Time time,
      GateSettings settings,
      Consumer<BreakerState> onBreakerChange) {
    this.namespace = namespace;
    this.time = time;
    this.settings = settings;
    this.breaker = new Breaker(time, settings, onBreakerChange);
    this.queue = new WaitingLine(time, this::expire);
  }

  /**
   * Waits until a call may be made. The caller ends the pass that it gets.
   *
   * @param deadline until when it waits, in {@link Time#nanos}
   * @param what the call, for messages
   * @throws McpException.TimedOut when there is no room until the deadline
   * @throws McpException.NotSent when too many wait already, or the breaker is open
   * @throws McpException.NotFound when the namespace is removed
   * @throws McpException.Cancelled when the thread is interrupted while it waits
   */
  Pass enter(long deadline, String what) {
    Pass pass = tryEnter();
    if (pass != null) {
      return pass;
    }
    ParkedCaller caller = new ParkedCaller();
    return caller.await(ask(deadline, what, caller));
  }

  /**
   * The same without blocking. Who waits is told in this thread when that is decided at once.
   *
   * @return cancels the waiting: the waiter is refused, unless somebody has decided already
   */
  Runnable enterAsync(long deadline, String what, Waiter waiter) {
    Pass pass = tryEnter();
    if (pass != null) {
      admit(waiter, pass);
      return Gate::tooLateToCancel;
    }
    return ask(deadline, what, waiter);
  }

  /** Other limits from now on. Those that wait and fit into them are admitted at once. */
  void settings(GateSettings newSettings) {
    settings = newSettings;
    breaker.settings(newSettings);
    serve(0);
  }

  /** There is another generation: what the one before left unanswered does not count. */
  void reset() {
    breaker.reset();
  }

  /** The namespace is removed: all that wait are refused, and all that come. */
  void remove() {
    remove(
        () ->
            new McpException.NotFound(
                "\""
                    + namespace
                    + "\" was removed before the call was sent (NamespaceRemoved). Register it"
                    + " again, or call another one."));
  }

  /** The same for another reason. Only the first one counts. */
  void remove(Supplier<McpException> why) {
    takeOut(
        () -> {
          if (gone == null) {
            gone = why;
            word.getAndUpdate(now -> now | REMOVED);
          }
          queue.stopTimer();
          return queue.refuse(waiting -> true, waiting -> why.get());
        });
  }

  /** How many calls have a place. */
  int inFlight() {
    return (int) (word.get() >>> CALL_BITS);
  }

  /** How many wait for one. */
  int queued() {
    return queued;
  }

  BreakerState breaker() {
    return breaker.state();
  }

  /** How many calls were refused, because too many waited or the breaker was open. */
  long rejected() {
    return rejected.sum();
  }

  private @Nullable Pass tryEnter() {
    Breaker.Period period = breaker.period();
    if (!period.isClosed()) {
      return null;
    }
    long limit = settings.maxConcurrent() * ONE_CALL;
    long now = word.get();
    while ((now & FLAGS) == 0 && now < limit) {
      if (word.compareAndSet(now, now + ONE_CALL)) {
        return new Pass(this, period);
      }
      now = word.get();
    }
    return null;
  }

  private Runnable ask(long deadline, String what, Waiter waiter) {
    Waiting waiting = new Waiting(waiter, what, time.nanos(), deadline);
    Verdict verdict;
    lock.lock();
    try {
      verdict = decide(waiting);
    } finally {
      lock.unlock();
    }
    if (verdict == null) {
      return () -> cancel(waiting);
    }
    tell(verdict);
    return Gate::tooLateToCancel;
  }

  private static void tooLateToCancel() {}

  /** Under the lock: what becomes of a call that has just come, or null when it waits now. */
  private @Nullable Verdict decide(Waiting waiting) {
    if (gone != null) {
      return new Verdict(waiting, gone.get());
    }
    if (breaker.refuses()) {
      return new Verdict(waiting, notSent(breaker.why()));
    }
    if (queue.isEmpty() && takePlace()) {
      return new Verdict(waiting, null);
    }
    if (queue.size() >= settings.maxQueued()) {
      queueChanged();
      return new Verdict(waiting, notSent(full()));
    }
    if (waiting.cameLate()) {
      queueChanged();
      return new Verdict(waiting, late(waiting));
    }
    queue.add(waiting);
    queueChanged();
    return null;
  }

  /** Under the lock: takes a place, or else marks that somebody queues; both in one step. */
  private boolean takePlace() {
    long limit = settings.maxConcurrent() * ONE_CALL;
    long before = word.getAndUpdate(now -> hasRoom(now, limit) ? now + ONE_CALL : now | QUEUING);
    return hasRoom(before, limit);
  }

  private static boolean hasRoom(long now, long limit) {
    return (now & ~FLAGS) < limit;
  }

  /** Under the lock. */
  private void queueChanged() {
    queued = queue.size();
    if (queue.isEmpty()) {
      word.getAndUpdate(now -> now & ~QUEUING);
    }
  }

  void leave(Breaker.Period period, Outcome outcome) {
    breaker.ended(period, outcome);
    leave();
  }

  private void leave() {
    long before = word.getAndUpdate(now -> (now & QUEUING) == 0 ? now - ONE_CALL : now);
    if ((before & QUEUING) != 0) {
      serve(1);
    }
  }

  /** Some leave, and who has waited longest gets their places. */
  private void serve(int leaving) {
    List<Verdict> verdicts = new ArrayList<>();
    lock.lock();
    try {
      word.getAndAdd(-leaving * ONE_CALL);
      while (!queue.isEmpty()) {
        boolean refused = breaker.refuses();
        if (!refused && !takePlace()) {
          break;
        }
        verdicts.add(new Verdict(queue.next(), refused ? notSent(breaker.why()) : null));
      }
      queueChanged();
    } finally {
      lock.unlock();
    }
    tell(verdicts);
  }

  private void cancel(Waiting waiting) {
    takeOut(
        () ->
            queue.refuse(
                each -> each == waiting, each -> new McpException.Cancelled(each.what(), false)));
  }

  private void expire() {
    takeOut(() -> queue.refuseLate(this::late));
  }

  private void takeOut(Supplier<List<Verdict>> some) {
    List<Verdict> verdicts;
    lock.lock();
    try {
      verdicts = some.get();
      queueChanged();
    } finally {
      lock.unlock();
    }
    tell(verdicts);
  }

  private void tell(List<Verdict> verdicts) {
    for (Verdict verdict : verdicts) {
      if (verdict.waiter() instanceof ParkedCaller) {
        // Only wakes a thread, so it is told at once whatever this thread is telling just now.
        tell(verdict);
      } else {
        Notices.tell(() -> tell(verdict));
      }
    }
  }

  private void tell(Verdict verdict) {
    Waiter waiter = verdict.waiter();
    if (verdict.why() != null) {
      waiter.refused(verdict.why());
      return;
    }
    Breaker.Period period = breaker.admit();
    if (period == null) {
      leave();
      waiter.refused(notSent(breaker.why()));
      return;
    }
    if (!period.isClosed()) {
      // It is the probe: those that wait are refused.
      serve(0);
    }
    admit(waiter, new Pass(this, period));
  }

  private static void admit(Waiter waiter, Pass pass) {
    try {
      waiter.admitted(pass);
    } catch (RuntimeException | Error e) {
      pass.end(Outcome.NEITHER);
      throw e;
    }
  }

  private McpException notSent(String why) {
    rejected.increment();
    return new McpException.NotSent("The call was not sent to \"" + namespace + "\": " + why);
  }

  private String full() {
    return settings.maxConcurrent()
        + " calls run already, which is its limit, and "
        + settings.maxQueued()
        + " wait, which is the limit of the queue. Call again later, or raise one of the limits.";
  }

  private McpException late(Waiting waiting) {
    return new McpException.TimedOut(
        waiting.what()
            + " (\""
            + namespace
            + "\" may run "
            + settings.maxConcurrent()
            + " calls at once, and it waited for its turn)",
        waiting.limit(),
        false);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNullElseGet;
import static java.util.concurrent.CompletableFuture.failedFuture;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One call to many clients, a few at a time. Whatever happens to one of them, it ends with a result
 * that has the answers that came, and names who did not answer.
 *
 * <p><b>Threads.</b> It has none: the next target is called in the thread that completes the call
 * of one before it. No lock is held while anything is called or told.
 */
final class FanOut {
  /** Those who can be called. */
  interface Targets {
    /** All that there are now. */
    Collection<Namespace> namespaces();

    /** Whether it has, or may have, a tool that it calls so itself. */
    boolean offers(Namespace namespace, String tool);

    /** Begins a call, and returns soon. To cancel what this returns ends the call. */
    CompletableFuture<ToolResult> call(Namespace namespace, ToolCall call);
  }

  /** Hears how many are done, in order. */
  interface Progress {
    void done(int done, int total);
  }

  // A call has a limit of its own, and knows best what came of it then. This much later it is
  // cancelled if it has not ended.
  private static final Duration GRACE = Duration.ofMillis(100);

  private final Time time;
  private final Targets targets;

  FanOut(Time time, Targets targets) {
    this.time = time;
    this.targets = targets;
  }

  /**
   * Calls them and waits for the result.
   *
   * @param call by the tool's own name
   * @throws McpException.Cancelled when the thread is interrupted; what still ran is cancelled
   */
  FanOutResult run(Selector selector, ToolCall call, FanOutOptions options, Progress progress) {
    CompletableFuture<FanOutResult> result = begin(selector, call, options, progress);
    CountDownLatch ended = new CountDownLatch(1);
    var unused = result.whenComplete((done, failed) -> ended.countDown());
    try {
      ended.await();
    } catch (InterruptedException e) {
      result.cancel(false);
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(call.tool() + " on " + selector, true);
    }
    return result.join();
  }

  /**
   * Calls them.
   *
   * @return never fails; to cancel it cancels what still runs
   */
  CompletableFuture<FanOutResult> begin(
      Selector selector, ToolCall call, FanOutOptions options, Progress progress) {
    Collection<Namespace> present = targets.namespaces();
    Set<Namespace> selected = selector.select(present);
    Run run = new Run(call, options, progress, selected.size());
    for (Namespace namespace : selected) {
      if (!present.contains(namespace)) {
        run.doWithout(namespace, "There is no client of the name \"" + namespace + "\".");
      } else if (!targets.offers(namespace, call.tool())) {
        run.doWithout(
            namespace, "\"" + namespace + "\" has no tool of the name \"" + call.tool() + "\".");
      } else {
        run.waiting.add(namespace);
      }
    }
    run.start();
    return run.result;
  }

  private final class Run {
    private final ToolCall call;
    private final FanOutOptions options;
    private final Announcements<Integer> progress;
    private final CompletableFuture<FanOutResult> result = new CompletableFuture<>();

    // Guards what is below. Whoever takes a target out of those that run decides what it came to.
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Namespace> waiting = new ArrayDeque<>();
    private final Set<Running> running = new HashSet<>();
    private final Map<Namespace, ToolResult> answers = new HashMap<>();
    private final Map<Namespace, FanOutFailure> missing = new HashMap<>();
    // One thread at a time begins calls: those that end at once do not pile up on its stack.
    private boolean beginning;

    Run(ToolCall call, FanOutOptions options, Progress listener, int total) {
      this.call = call.withTimeout(options.perTarget());
      this.options = options;
      this.progress = new Announcements<>(done -> listener.done(done, total));
    }

    /** Before the start. */
    void doWithout(Namespace namespace, String why) {
      missing.put(namespace, FanOutFailure.notCalled(why));
      progress.add(missing.size());
    }

    void start() {
      Runnable stopTimer = options.whole().map(this::stopAfter).orElse(() -> {});
      var unused =
          result.whenComplete(
              (done, cancelled) -> {
                stopTimer.run();
                if (result.isCancelled()) {
                  stop("It was not called.", new McpException.Cancelled(call.tool(), true));
                }
              });
      beginMore();
      finish();
    }

    private Runnable stopAfter(Duration limit) {
      String why = "It was not called within the limit for all, " + limit.toMillis() + " ms.";
      return time.after(
          limit, () -> stop(why, new McpException.TimedOut(call.tool(), limit, true)));
    }

    private void beginMore() {
      for (Running next = next(true); next != null; next = next(false)) {
        next.begin();
      }
    }

    private @Nullable Running next(boolean first) {
      lock.lock();
      try {
        if (first && beginning) {
          return null;
        }
        Namespace target = running.size() < options.concurrency() ? waiting.poll() : null;
        beginning = target != null;
        if (target == null) {
          return null;
        }
        Running next = new Running(this, target);
        running.add(next);
        return next;
      } finally {
        lock.unlock();
      }
    }

    /** A call has ended; nothing if that has been decided already. */
    void ended(Running one, Runnable record) {
      lock.lock();
      try {
        if (!running.remove(one)) {
          return;
        }
        record.run();
        progress.add(answers.size() + missing.size());
      } finally {
        lock.unlock();
      }
      one.end();
      beginMore();
      finish();
    }

    /** Cancels what runs, and begins nothing more. */
    private void stop(String whyNotCalled, McpException whyCancelled) {
      List<Running> cancelled;
      lock.lock();
      try {
        int before = missing.size();
        cancelled = List.copyOf(running);
        running.clear();
        cancelled.forEach(one -> missing.put(one.target, FanOutFailure.of(whyCancelled)));
        waiting.forEach(one -> missing.put(one, FanOutFailure.notCalled(whyNotCalled)));
        waiting.clear();
        if (missing.size() > before) {
          progress.add(answers.size() + missing.size());
        }
      } finally {
        lock.unlock();
      }
      cancelled.forEach(Running::end);
      finish();
    }

    private void finish() {
      progress.tell();
      FanOutResult all;
      lock.lock();
      try {
        if (!running.isEmpty() || !waiting.isEmpty()) {
          return;
        }
        all = new FanOutResult(answers, missing);
      } finally {
        lock.unlock();
      }
      result.complete(all);
    }
  }

  /** One call that runs. */
  private final class Running {
    private final Run run;
    private final Namespace target;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    Running(Run run, Namespace target) {
      this.run = run;
      this.target = target;
    }

    void begin() {
      CompletableFuture<ToolResult> answer = call();
      if (!answer.isDone()) {
        Duration limit = run.options.perTarget();
        Runnable stopGuard =
            time.after(
                limit.plus(GRACE),
                () -> failed(new McpException.TimedOut(run.call.tool(), limit, true)));
        var unused =
            over.thenRun(
                () -> {
                  stopGuard.run();
                  answer.cancel(true);
                });
      }
      var unused =
          answer.whenComplete(
              (value, failure) -> {
                if (value != null) {
                  run.ended(this, () -> run.answers.put(target, value));
                } else {
                  failed(requireNonNullElseGet(failure, FanOut::nothing));
                }
              });
    }

    private CompletableFuture<ToolResult> call() {
      try {
        return targets.call(target, run.call);
      } catch (RuntimeException | Error e) {
        return failedFuture(e);
      }
    }

    private void failed(Throwable why) {
      run.ended(this, () -> run.missing.put(target, FanOutFailure.of(why)));
    }

    /** It is decided what it came to: nobody waits for it any more. */
    void end() {
      over.complete(null);
    }
  }

  private static Throwable nothing() {
    return new IllegalStateException("a call ended without a result");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way without a thread: it waits at the gate, holds a client, waits for the answer,
 * and goes again where that is safe. What a thread would do in {@link Calls#call}.
 *
 * <p>Its steps follow one another, each in the thread that ended the one before. A cancellation may
 * come at any time; it ends the step that is under way.
 */
final class RoutedCall implements Gate.Waiter {
  private final Calls calls;
  private final Namespace namespace;
  private final ToolCall call;
  private final long begun;
  private final long deadline;
  private final CompletableFuture<ToolResult> result = new CompletableFuture<>();
  private int resends;
  private @Nullable Pass pass;

  // Ends the step that is under way.
  private volatile Runnable cancelStep = RoutedCall::nothing;

  private RoutedCall(Calls calls, Namespace namespace, ToolCall call) {
    this.calls = calls;
    this.namespace = namespace;
    this.call = call;
    begun = calls.time().nanos();
    deadline = begun + Background.nanos(calls.limit(namespace, call));
  }

  /** Starts a call; cancelling what is returned cancels it. */
  static CompletableFuture<ToolResult> start(Calls calls, Namespace namespace, ToolCall call) {
    RoutedCall routed = new RoutedCall(calls, namespace, call);
    var unused =
        routed.result.whenComplete(
            (result, failure) -> {
              if (routed.result.isCancelled()) {
                routed.cancelStep.run();
              }
            });
    try {
      Gate gate = calls.gate(namespace);
      routed.waitsAtGate(gate.enterAsync(routed.deadline, call.tool(), routed));
    } catch (McpException e) {
      routed.end(null, e);
    }
    return routed.result;
  }

  /** It waits at the gate, unless it has been admitted by now, and is further on its way. */
  private void waitsAtGate(Runnable leave) {
    synchronized (this) {
      if (pass == null) {
        cancelStep = leave;
      }
    }
    if (result.isCancelled()) {
      cancelStep.run();
    }
  }

  private void cancellableBy(Runnable cancel) {
    synchronized (this) {
      cancelStep = cancel;
    }
    if (result.isCancelled()) {
      cancel.run();
    }
  }

  @Override
  public void admitted(Pass newPass) {
    synchronized (this) {
      pass = newPass;
    }
    next();
  }

  @Override
  public void refused(McpException why) {
    end(null, why);
  }

  private void next() {
    while (!result.isDone()) {
      Generation generation = calls.clients().tryHold(namespace.value());
      if (generation != null) {
        send(generation);
        return;
      }
      CompletableFuture<Void> up = calls.awaited(namespace);
      if (!up.isDone() || up.isCompletedExceptionally()) {
        await(up);
        return;
      }
    }
    // It was cancelled before there was anything to cancel.
    end(null, new CancellationException());
  }

  /** Waits for a client, with a future of its own: the other one is everybody's. */
  private void await(CompletableFuture<Void> up) {
    long left = Math.max(0, deadline - calls.time().nanos());
    CompletableFuture<Void> mine = up.copy().orTimeout(left, TimeUnit.NANOSECONDS);
    cancellableBy(() -> mine.cancel(false));
    var unused =
        mine.whenComplete(
            (done, failure) -> {
              if (failure == null) {
                next();
              } else if (failure instanceof TimeoutException) {
                Duration waited = Duration.ofNanos(calls.time().nanos() - begun);
                end(null, new McpException.TimedOut(call.tool(), waited, false));
              } else {
                end(null, Failures.unwrapped(failure));
              }
            });
  }

  private void send(Generation generation) {
    CompletableFuture<ToolResult> answer;
    try {
      answer = generation.client().callToolAsync(calls.within(call, generation, begun));
    } catch (RuntimeException | Error e) {
      answered(generation, null, e);
      return;
    }
    cancellableBy(() -> answer.cancel(true));
    var unused =
        answer.whenComplete(
            (value, failure) ->
                answered(generation, value, failure == null ? null : Failures.unwrapped(failure)));
  }

  private void answered(
      Generation generation, @Nullable ToolResult value, @Nullable Throwable failure) {
    Resending resending = calls.resending();
    boolean again =
        failure instanceof McpException trouble
            && !result.isDone()
            && resending.isLeft(resends)
            && resending.isHarmless(generation, call, trouble);
    if (again && resending.mayBeEnding(generation)) {
      var unused =
          generation
              .client()
              .ended()
              .copy()
              .orTimeout(Resending.END_LAG.toNanos(), TimeUnit.NANOSECONDS)
              .whenComplete((ended, late) -> goOn(generation, value, failure, true));
    } else {
      goOn(generation, value, failure, again);
    }
  }

  private void goOn(
      Generation generation,
      @Nullable ToolResult value,
      @Nullable Throwable failure,
      boolean mayGoAgain) {
    boolean again = mayGoAgain && calls.resending().hasSuccessor(generation);
    generation.releaseUsed();
    if (again) {
      resends++;
      calls.metering().resent(namespace);
      next();
    } else {
      end(value, failure instanceof McpException e ? Calls.placed(e, generation) : failure);
    }
  }

  private void end(@Nullable ToolResult value, @Nullable Throwable failure) {
    Pass held;
    synchronized (this) {
      held = pass;
    }
    calls.ended(namespace, begun, held, value, failure);
    if (failure != null) {
      result.completeExceptionally(failure);
    } else {
      result.complete(value);
    }
  }

  private static void nothing() {}
}

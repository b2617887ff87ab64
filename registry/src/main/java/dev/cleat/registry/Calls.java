// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings calls to the current client of their namespace: through the gate, with the client held
 * until the call has ended, and once more where that is safe.
 *
 * <p>What may be done again is decided here, for calls that block their thread and for those that
 * do not ({@link RoutedCall}).
 */
final class Calls {
  /**
   * How long a call that could not be sent waits to hear that its client is gone. The two come
   * together; this only bounds the wait should they not.
   */
  static final Duration END_LAG = Duration.ofSeconds(1);

  private final Clients clients;
  private final Supervisor supervisor;
  private final Time time;
  private final Metering metering;
  private final int maxResends;
  private final Duration callLimit;

  Calls(
      Clients clients,
      Supervisor supervisor,
      Time time,
      Metering metering,
      int maxResends,
      Duration callLimit) {
    this.clients = clients;
    this.supervisor = supervisor;
    this.time = time;
    this.metering = metering;
    this.maxResends = maxResends;
    this.callLimit = callLimit;
  }

  Time time() {
    return time;
  }

  Clients clients() {
    return clients;
  }

  Metering metering() {
    return metering;
  }

  /** Makes a call that has been let through. */
  private interface Made {
    ToolResult make(long begun, long deadline);
  }

  /**
   * Calls a tool by its own name, in this thread.
   *
   * @throws McpException when there is no result
   */
  ToolResult call(Namespace namespace, ToolCall call) {
    return letThrough(
        namespace, call, (begun, deadline) -> attempt(namespace, call, begun, deadline));
  }

  private ToolResult letThrough(Namespace namespace, ToolCall call, Made made) {
    long begun = time.nanos();
    long deadline = begun + Background.nanos(limit(namespace, call));
    Metering.Outcome outcome = Metering.Outcome.FAILED;
    try {
      Pass pass = gate(namespace).enter(deadline, call.tool());
      Breaker.Outcome ended = Breaker.Outcome.NEITHER;
      try {
        ToolResult result = made.make(begun, deadline);
        ended = Breaker.Outcome.ANSWERED;
        outcome = Metering.Outcome.of(result);
        return result;
      } catch (McpException e) {
        ended = outcomeOf(namespace, e);
        throw e;
      } finally {
        pass.end(ended);
      }
    } catch (McpException e) {
      outcome = Metering.Outcome.of(e);
      throw e;
    } finally {
      if (metering.timed()) {
        metering.callEnded(namespace, time.nanos() - begun, outcome);
      }
    }
  }

  /**
   * Calls a tool that a search has found, in this thread.
   *
   * @throws McpException.NotFound when another client is current by now, or the tool is gone
   */
  ToolResult call(ToolHit hit, ToolCall call) {
    return letThrough(hit.namespace(), call, (begun, deadline) -> callFound(hit, call, begun));
  }

  private ToolResult callFound(ToolHit hit, ToolCall call, long begun) {
    Generation generation = clients.tryHold(hit.namespace().value());
    if (generation == null) {
      throw gone(hit);
    }
    try {
      Listing.Place place =
          Optional.of(generation)
              .filter(held -> held.number() == hit.generation())
              .flatMap(held -> held.listing().listedAs(hit.name()))
              .orElseThrow(() -> gone(hit));
      return generation.client().callTool(within(call, generation, begun).withTool(place.tool()));
    } catch (McpException e) {
      throw placed(e, generation);
    } finally {
      generation.releaseUsed();
    }
  }

  private static McpException.NotFound gone(ToolHit hit) {
    return new McpException.NotFound(
        "The tool \""
            + hit.name()
            + "\" that was found is gone (ToolGone): \""
            + hit.namespace()
            + "\" has been replaced, is away, or has other tools. Search again.");
  }

  /** Becomes a holder of the current client, and waits while it is being connected. */
  Generation hold(Namespace namespace) {
    return hold(namespace, callLimit);
  }

  /** The same, for so long at most. */
  Generation hold(Namespace namespace, Duration most) {
    long deadline = time.nanos() + Background.nanos(most);
    return hold(namespace, deadline, "the connection to \"" + namespace + "\"");
  }

  /** Whether somebody wants a client there, be it connected or not. */
  boolean isWanted(Namespace namespace) {
    return supervisor.find(namespace) != null;
  }

  private Generation hold(Namespace namespace, long deadline, String what) {
    Generation generation = clients.tryHold(namespace.value());
    while (generation == null) {
      await(awaited(namespace), deadline, what);
      generation = clients.tryHold(namespace.value());
    }
    return generation;
  }

  private ToolResult attempt(Namespace namespace, ToolCall call, long begun, long deadline) {
    for (int resends = 0; ; resends++) {
      Generation generation = hold(namespace, deadline, call.tool());
      try {
        return generation.client().callTool(within(call, generation, begun));
      } catch (McpException e) {
        if (mayBeEnding(generation, call, e)) {
          awaitEnd(generation);
        }
        if (!mayGoAgain(generation, call, e, resends)) {
          throw placed(e, generation);
        }
      } finally {
        generation.releaseUsed();
      }
      metering.resent(namespace);
    }
  }

  /** Waits for the supervisor. */
  private void await(CompletableFuture<Void> up, long deadline, String what) {
    long left = Math.max(0, deadline - time.nanos());
    try {
      var unused = up.get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new McpException.TimedOut(what, Duration.ofNanos(left), false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(what, false);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof McpException trouble
          ? trouble
          : new IllegalStateException(e.getCause());
    }
  }

  private static void awaitEnd(Generation generation) {
    try {
      var unused = generation.client().ended().get(END_LAG.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It is looked at again anyway.
    }
  }

  /** How long a call may take in all. */
  Duration limit(Namespace namespace, ToolCall call) {
    if (call.timeout().isPresent()) {
      return call.timeout().get();
    }
    Directory.Entry entry = clients.directory().entry(namespace.value());
    return entry == null ? callLimit : entry.generation().callLimit();
  }

  /**
   * The gate of a namespace.
   *
   * @throws McpException.NotFound when there is no such namespace
   */
  Gate gate(Namespace namespace) {
    Directory.Entry entry = clients.directory().entry(namespace.value());
    if (entry != null) {
      return entry.generation().gate();
    }
    Supervised wanted = supervisor.find(namespace);
    if (wanted == null) {
      throw noSuchClient(namespace.value());
    }
    return supervisor.gateOf(wanted);
  }

  McpException noSuchClient(String namespace) {
    return clients.isClosing()
        ? Clients.registryClosed()
        : new McpException.NotFound(
            clients.directory().noSuchClient(namespace, supervisor.namespaces()));
  }

  /**
   * Why there is no client to hold right now: completes when it is worth to look again,
   * exceptionally when it is not.
   */
  CompletableFuture<Void> awaited(Namespace namespace) {
    Optional<CompletableFuture<Void>> up = supervisor.wake(namespace);
    if (up.isPresent()) {
      return up.get();
    }
    Directory.Entry entry = clients.directory().entry(namespace.value());
    if (entry == null) {
      return CompletableFuture.failedFuture(noSuchClient(namespace.value()));
    }
    return entry.generation().phase() == HolderWord.Phase.OPEN
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(entry.generation().refusal());
  }

  /** The call with what is left of its time, if it had to wait. */
  ToolCall within(ToolCall call, Generation generation, long begun) {
    long waited = time.nanos() - begun;
    if (waited < TimeUnit.MILLISECONDS.toNanos(1)) {
      return call;
    }
    long limit = Background.nanos(call.timeout().orElse(generation.callLimit()));
    return call.withTimeout(Duration.ofNanos(Math.max(1, limit - waited)));
  }

  /**
   * Whether a call that failed may go to the newest client: it was not executed, or its tool does
   * no harm twice and its caller allows that; and there is another client now, or will be.
   */
  boolean mayGoAgain(Generation generation, ToolCall call, McpException failure, int resends) {
    if (resends >= maxResends || !isHarmless(generation, call, failure)) {
      return false;
    }
    clients.lost(generation);
    return clients.isReplaced(generation)
        || generation.isLost() && supervisor.find(generation.namespace()) != null;
  }

  /**
   * Whether a call may have failed because its client has just ended, which will be known in a
   * moment.
   */
  boolean mayBeEnding(Generation generation, ToolCall call, McpException failure) {
    return isHarmless(generation, call, failure)
        && clients.isCurrent(generation)
        && !generation.client().ended().isDone();
  }

  private boolean isHarmless(Generation generation, ToolCall call, McpException failure) {
    return failure instanceof McpException.NotSent
        || failure instanceof McpException.Closed
        || failure instanceof McpException.OutcomeUnknown && isRepeatable(generation, call);
  }

  private boolean isRepeatable(Generation generation, ToolCall call) {
    if (!call.repeatable()) {
      return false;
    }
    Directory.Entry entry = clients.directory().entry(generation.namespace().value());
    Optional<Listing.Place> place =
        entry == null ? Optional.empty() : entry.listing().place(call.tool());
    return place
        .map(found -> found.listed().hints())
        .filter(hints -> hints.readOnly() || hints.idempotent())
        .isPresent();
  }

  /** A failure that says which client it happened to, if the outcome is unknown. */
  static McpException placed(McpException failure, Generation generation) {
    return failure instanceof McpException.OutcomeUnknown unknown
        ? unknown.at(generation.namespace(), generation.number())
        : failure;
  }

  /**
   * What a failure says about the server. That its connection is gone says nothing about the next
   * one, which the supervisor sees to.
   */
  Breaker.Outcome outcomeOf(Namespace namespace, Throwable failure) {
    if (failure instanceof McpException.Protocol) {
      return Breaker.Outcome.ANSWERED;
    }
    boolean unanswered =
        failure instanceof McpException.TimedOut timedOut && timedOut.mayHaveExecuted()
            || failure instanceof McpException.OutcomeUnknown lost && isConnected(namespace, lost);
    return unanswered ? Breaker.Outcome.UNANSWERED : Breaker.Outcome.NEITHER;
  }

  private boolean isConnected(Namespace namespace, McpException.OutcomeUnknown lost) {
    Directory.Entry entry = clients.directory().entry(namespace.value());
    return entry != null
        && lost.generation().orElse(0) == entry.generation().number()
        && !entry.generation().client().ended().isDone();
  }
}

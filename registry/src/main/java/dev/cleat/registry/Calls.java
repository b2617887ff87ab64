// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolName;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings calls to the current client of their namespace: through the gate, with the client held
 * until the call has ended, and once more where that is safe.
 *
 * <p>Calls that block their thread are made here, those that do not are {@link RoutedCall}s. What
 * may be done again is decided for both by {@link Resending}.
 */
final class Calls {
  private final Clients clients;
  private final Supervisor supervisor;
  private final Time time;
  private final Metering metering;
  private final Resending resending;
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
    this.resending = new Resending(clients, supervisor, maxResends);
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

  Resending resending() {
    return resending;
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
    Pass pass = null;
    ToolResult result = null;
    Throwable failure = null;
    try {
      pass = gate(namespace).enter(deadline, call.tool());
      result = made.make(begun, deadline);
      return result;
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      ended(namespace, begun, pass, result, failure);
    }
  }

  /**
   * A call has ended: with a result, or with a failure.
   *
   * @param pass what it was let through by, if it was
   */
  void ended(
      Namespace namespace,
      long begun,
      @Nullable Pass pass,
      @Nullable ToolResult result,
      @Nullable Throwable failure) {
    if (pass != null) {
      pass.end(failure == null ? Breaker.Outcome.ANSWERED : outcomeOf(namespace, failure));
    }
    if (metering.timed()) {
      metering.callEnded(namespace, time.nanos() - begun, outcome(result, failure));
    }
  }

  private static Metering.Outcome outcome(
      @Nullable ToolResult result, @Nullable Throwable failure) {
    if (failure != null) {
      return Metering.Outcome.of(failure);
    }
    return result == null ? Metering.Outcome.FAILED : Metering.Outcome.of(result);
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

  /**
   * Which tool is called by that name, by its own name there.
   *
   * @throws McpException.NotFound when there is none
   */
  ToolName named(String name) {
    Optional<Listing.Place> place = clients.directory().tool(name);
    return place.isPresent()
        ? new ToolName(place.get().namespace(), place.get().tool())
        : unconnected(name).orElseThrow(() -> noSuchTool(name));
  }

  /**
   * The same of a client that is wanted and has never been connected: it has listed nothing, and
   * only the name says whose tool it is.
   */
  Optional<ToolName> unconnected(String name) {
    return ToolName.parse(name)
        .filter(tool -> clients.directory().client(tool.namespace()).isEmpty())
        .filter(tool -> supervisor.find(tool.namespace()) != null);
  }

  private McpException noSuchTool(String name) {
    return clients.isClosing()
        ? Clients.registryClosed()
        : new McpException.NotFound(clients.directory().noSuchTool(name));
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
    return use(
        namespace,
        deadline,
        call.tool(),
        generation -> generation.client().callTool(within(call, generation, begun)),
        (generation, failure) -> resending.isHarmless(generation, call, failure));
  }

  /**
   * Asks the current client for something that is no call of a tool, in this thread.
   *
   * @param what names it in messages
   */
  <T> T ask(Namespace namespace, String what, Function<McpClient, T> request) {
    long deadline = time.nanos() + Background.nanos(callLimit);
    return use(
        namespace,
        deadline,
        what,
        generation -> request.apply(generation.client()),
        (generation, failure) -> Resending.isUnsent(failure));
  }

  /**
   * Uses the current client, and the next one where that is safe.
   *
   * @param harmless whether what failed may be done again
   */
  private <T> T use(
      Namespace namespace,
      long deadline,
      String what,
      Function<Generation, T> request,
      BiPredicate<Generation, McpException> harmless) {
    for (int resends = 0; ; resends++) {
      Generation generation = hold(namespace, deadline, what);
      try {
        return request.apply(generation);
      } catch (McpException e) {
        boolean mayGoAgain = resending.isLeft(resends) && harmless.test(generation, e);
        if (mayGoAgain && resending.mayBeEnding(generation)) {
          awaitEnd(generation);
        }
        if (!mayGoAgain || !resending.hasSuccessor(generation)) {
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
      var unused =
          generation.client().ended().get(Resending.END_LAG.toNanos(), TimeUnit.NANOSECONDS);
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
    // One that has ended meanwhile is the last word only while there is no other one.
    boolean lookAgain =
        entry.generation().phase() == HolderWord.Phase.OPEN
            || !clients.isCurrent(entry.generation());
    return lookAgain
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

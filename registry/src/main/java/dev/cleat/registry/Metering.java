// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolResult;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Counts and times what a registry does, where somebody wants to see it.
 *
 * <p>Any thread may call any method; none blocks, none throws. What is said about a namespace that
 * is not {@linkplain #bind bound} is forgotten, so the meters are bounded by what is registered.
 * Who binds and unbinds one namespace does so in the order in which it comes and goes, under the
 * lock that decides about that.
 */
interface Metering {
  /** Measures nothing and costs nothing. */
  Metering NONE =
      new Metering() {
        @Override
        public boolean timed() {
          return false;
        }

        @Override
        public void callEnded(Namespace namespace, long nanos, Outcome outcome) {}

        @Override
        public void resent(Namespace namespace) {}

        @Override
        public void drained(Namespace namespace, long nanos, boolean forced) {}

        @Override
        public void staleVerdict(Namespace namespace) {}

        @Override
        public void bind(Namespace namespace, Supplier<Gauges> gauges) {}

        @Override
        public void unbind(Namespace namespace) {}

        @Override
        public void close() {}
      };

  /** How a call ended. */
  enum Outcome {
    /** With a result. */
    ANSWERED,
    /** With a result in which the tool says that it failed. */
    TOOL_ERROR,
    /** No answer in time. */
    TIMEOUT,
    /** Sent, and the connection ended before the answer. */
    UNKNOWN,
    /** Not sent. */
    NOT_SENT,
    /** Cancelled by its caller. */
    CANCELLED,
    /** Not let through: the queue is full, the breaker is open, or the registry is closed. */
    REFUSED,
    /** With an error of the protocol. */
    FAILED;

    static Outcome of(ToolResult result) {
      return result instanceof ToolResult.Failure ? TOOL_ERROR : ANSWERED;
    }

    static Outcome of(Throwable failure) {
      Throwable cause = Failures.unwrapped(failure);
      if (cause instanceof McpException.TimedOut) {
        return TIMEOUT;
      } else if (cause instanceof McpException.OutcomeUnknown) {
        return UNKNOWN;
      } else if (cause instanceof McpException.NotSent) {
        return NOT_SENT;
      } else if (cause instanceof McpException.Cancelled
          || cause instanceof CancellationException) {
        return CANCELLED;
      } else if (cause instanceof McpException.Closed || cause instanceof McpException.NotFound) {
        return REFUSED;
      }
      return FAILED;
    }
  }

  /**
   * What a namespace is like now.
   *
   * @param generation the number of the current client, 0 when there is none
   * @param holders leases and calls that hold it
   * @param inFlight calls that are under way
   * @param queued calls that wait for their turn
   * @param breaker 0 closed, 1 half open, 2 open
   * @param state the ordinal of its {@link RegistrySnapshot.State}
   */
  record Gauges(
      long generation, long holders, long inFlight, long queued, int breaker, int state) {}

  /** Whether times are wanted, so that the caller has to read the clock. */
  boolean timed();

  /** A call has ended. */
  void callEnded(Namespace namespace, long nanos, Outcome outcome);

  /** A call that was not sent goes to the newest client again. */
  void resent(Namespace namespace);

  /** A client that was replaced or removed is closed. */
  void drained(Namespace namespace, long nanos, boolean forced);

  /** A verdict about a generation came when another one was current, and was dropped. */
  void staleVerdict(Namespace namespace);

  /** Starts to measure a namespace. For one that is measured already, only the gauges change. */
  void bind(Namespace namespace, Supplier<Gauges> gauges);

  /** Takes the meters of a namespace away. */
  void unbind(Namespace namespace);

  /** Takes all meters away; nothing can be bound any more. */
  void close();
}

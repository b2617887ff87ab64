// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Duration;
import org.immutables.value.Value;

/** Every bound of the session layer and the transports, in one place. Immutable. */
@Value.Immutable
public interface Limits {
  /** The bounds that hold when nothing else is said. */
  static Limits defaults() {
    return Limits.builder().build();
  }

  /** Starts from the defaults. */
  static Builder builder() {
    return new Builder();
  }

  /** The longest message, in bytes of JSON, in either direction. */
  @Value.Default
  default int maxMessageBytes() {
    return 8 << 20;
  }

  /** Calls that one connection may have running; further ones are refused, not queued. */
  @Value.Default
  default int maxCallsInFlight() {
    return 1_024;
  }

  /** Handler threads where the runtime has no virtual threads. */
  @Value.Default
  default int maxHandlerThreads() {
    return 256;
  }

  /** Bytes that wait to be written on one connection before senders have to wait too. */
  @Value.Default
  default int maxQueuedBytes() {
    return 8 << 20;
  }

  /** Tools in one page of a list. */
  @Value.Default
  default int toolsPerPage() {
    return 200;
  }

  /** Tools that are accepted from one server. */
  @Value.Default
  default int maxTools() {
    return 10_000;
  }

  /**
   * Resources that one client may subscribe to, and requests by which it may listen for changes.
   */
  @Value.Default
  default int maxSubscriptions() {
    return 1_000;
  }

  /** How long a client waits for the answer to a call. */
  @Value.Default
  default Duration callTimeout() {
    return Duration.ofMinutes(2);
  }

  /** How long a client waits until a server is connected, agreed with, and has listed its tools. */
  @Value.Default
  default Duration connectTimeout() {
    return Duration.ofSeconds(60);
  }

  /** How long a client waits for the answer to the question which era a server speaks. */
  @Value.Default
  default Duration eraProbeTimeout() {
    return Duration.ofSeconds(5);
  }

  /** How long a server that ends waits for its running calls. */
  @Value.Default
  default Duration shutdownGrace() {
    return Duration.ofSeconds(10);
  }

  /** How long a child process may take for each step of its end: end of input, TERM, KILL. */
  @Value.Default
  default Duration childGrace() {
    return Duration.ofSeconds(2);
  }

  /** Lines of a child's error output that are kept to explain its end. */
  @Value.Default
  default int stderrLines() {
    return 50;
  }

  /** How much of one such line is kept, in bytes. */
  @Value.Default
  default int stderrLineBytes() {
    return 4_096;
  }

  /** Refuses bounds that nothing could work within. */
  @Value.Check
  default void check() {
    atLeast(1_024, maxMessageBytes(), "maxMessageBytes");
    atLeast(1, maxCallsInFlight(), "maxCallsInFlight");
    atLeast(1, maxHandlerThreads(), "maxHandlerThreads");
    atLeast(1_024, maxQueuedBytes(), "maxQueuedBytes");
    atLeast(1, toolsPerPage(), "toolsPerPage");
    atLeast(1, maxTools(), "maxTools");
    atLeast(1, maxSubscriptions(), "maxSubscriptions");
    atLeast(1, stderrLines(), "stderrLines");
    atLeast(16, stderrLineBytes(), "stderrLineBytes");
    aboveZero(callTimeout(), "callTimeout");
    aboveZero(connectTimeout(), "connectTimeout");
    aboveZero(eraProbeTimeout(), "eraProbeTimeout");
    aboveZero(shutdownGrace(), "shutdownGrace");
    aboveZero(childGrace(), "childGrace");
  }

  private static void aboveZero(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " has to be above zero: " + value);
    }
  }

  private static void atLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " has to be at least " + least + ": " + value);
    }
  }

  /** Builds bounds that differ from the defaults. */
  final class Builder extends ImmutableLimits.Builder {
    Builder() {}
  }
}

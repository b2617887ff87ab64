// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.time.Duration;
import org.immutables.value.Value;

/** Every bound of the HTTP server and the servlet, in one place. Immutable. */
@Value.Immutable
public interface HttpLimits {
  /** The bounds that hold when nothing else is said. */
  static HttpLimits defaults() {
    return HttpLimits.builder().build();
  }

  /** Starts from the defaults. */
  static Builder builder() {
    return new Builder();
  }

  /** All headers of one request, in bytes. */
  @Value.Default
  default int maxHeaderBytes() {
    return 16 << 10;
  }

  /** Open TCP connections; further ones wait to be accepted. */
  @Value.Default
  default int maxConnections() {
    return 2_048;
  }

  /** Threads of the HTTP server. */
  @Value.Default
  default int maxThreads() {
    return 64;
  }

  /** Sessions of the older era at one time; a further client is asked to come back later. */
  @Value.Default
  default int maxSessions() {
    return 1_000;
  }

  /** A session that was not used for so long is ended. */
  @Value.Default
  default Duration sessionIdle() {
    return Duration.ofMinutes(10);
  }

  /** Event streams open at one time. */
  @Value.Default
  default int maxStreams() {
    return 1_000;
  }

  /** Bytes that wait to be written on one event stream before senders have to wait too. */
  @Value.Default
  default int maxQueuedBytes() {
    return 8 << 20;
  }

  /** Requests in a second from one principal, or from one address where nobody is known. */
  @Value.Default
  default int maxRequestsPerSecond() {
    return 100_000;
  }

  /**
   * How often an idle event stream carries a comment. A client that is gone is noticed at the
   * second one, because the first write to a closed peer succeeds.
   */
  @Value.Default
  default Duration keepAlive() {
    return Duration.ofSeconds(5);
  }

  /**
   * A request that runs for longer is answered by an event stream instead of one JSON object, so
   * that its client is seen to be there.
   */
  @Value.Default
  default Duration streamAfter() {
    return Duration.ofSeconds(2);
  }

  /** How long the body of a request may take to arrive. */
  @Value.Default
  default Duration requestTimeout() {
    return Duration.ofSeconds(30);
  }

  /** A TCP connection on which nothing moves for so long is closed. */
  @Value.Default
  default Duration connectionIdle() {
    return Duration.ofSeconds(60);
  }

  /** Events that one session of the older era keeps for a client that comes back to a stream. */
  @Value.Default
  default int replayEvents() {
    return 1_000;
  }

  /** Bytes of those events. */
  @Value.Default
  default int replayBytes() {
    return 1 << 20;
  }

  /** Bytes of those events in all sessions together. */
  @Value.Default
  default int totalReplayBytes() {
    return 16 << 20;
  }

  /** How long a client should wait before it comes back to a stream that was closed early. */
  @Value.Default
  default Duration retryStream() {
    return Duration.ofMillis(500);
  }

  /** Refuses bounds that nothing could work within. */
  @Value.Check
  default void check() {
    atLeast(1_024, maxHeaderBytes(), "maxHeaderBytes");
    atLeast(1, maxConnections(), "maxConnections");
    // One accepts, one selects, one keeps the selecting one free, and one works.
    atLeast(8, maxThreads(), "maxThreads");
    atLeast(1, maxSessions(), "maxSessions");
    atLeast(1, maxStreams(), "maxStreams");
    atLeast(1_024, maxQueuedBytes(), "maxQueuedBytes");
    atLeast(1, maxRequestsPerSecond(), "maxRequestsPerSecond");
    atLeast(0, replayEvents(), "replayEvents");
    atLeast(0, replayBytes(), "replayBytes");
    atLeast(0, totalReplayBytes(), "totalReplayBytes");
    aboveZero(sessionIdle(), "sessionIdle");
    aboveZero(keepAlive(), "keepAlive");
    aboveZero(streamAfter(), "streamAfter");
    aboveZero(requestTimeout(), "requestTimeout");
    aboveZero(connectionIdle(), "connectionIdle");
    aboveZero(retryStream(), "retryStream");
    if (keepAlive().plus(streamAfter()).compareTo(connectionIdle()) >= 0) {
      throw new IllegalArgumentException(
          "connectionIdle has to be above keepAlive and streamAfter together: " + connectionIdle());
    }
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
  final class Builder extends ImmutableHttpLimits.Builder {
    Builder() {}
  }
}

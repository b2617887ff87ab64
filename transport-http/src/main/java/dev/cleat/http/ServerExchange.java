// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its response, in whatever container.
 *
 * <p>Answered once: either whole by {@link #respond}, or by {@link #openStream} and {@link #write}s
 * of which one is the last. Reading may be done by any thread until then.
 */
abstract class ServerExchange {
  private static final byte[] NOTHING = new byte[0];

  // Taken at once: the container's own objects are void once it has answered.
  private final String method;
  private final Meters meters;
  private final long startNanos;
  private final AtomicBoolean finished = new AtomicBoolean();
  private volatile String era = "none";
  private volatile String rpcMethod = "none";

  ServerExchange(String method, Meters meters) {
    this.method = method;
    this.meters = meters;
    startNanos = meters.now();
  }

  /** The HTTP method. */
  final String method() {
    return method;
  }

  /**
   * The value of a header, without outer blanks; several are joined by commas; null when absent.
   */
  abstract @Nullable String header(String name);

  /** What stands for the address of the peer, without port; equal for equal addresses. */
  abstract Object remoteAddress();

  /** Whether the request can only have come from this machine. */
  abstract boolean isLocal();

  /** Who the container says the peer is; empty when it does not say. */
  String containerPrincipal() {
    return "";
  }

  /** Sets a header of the response. */
  abstract void setHeader(String name, String value);

  /** Writes the whole response. */
  abstract void writeWhole(int status, @Nullable String contentType, byte[] body);

  /** Makes the response one without a known end; nothing is written yet. */
  abstract void prepareStream(String contentType);

  /**
   * Writes a part of such a response and flushes it. Not to be called again before the last one has
   * completed.
   */
  abstract void write(byte[] bytes, boolean last, Completion completion);

  /** How a write ended; called exactly once, from any thread, maybe within the write. */
  interface Completion {
    /** It was handed to the operating system, or it failed because the peer is gone. */
    void completed(@Nullable Throwable failure);
  }

  /** What the request turned out to be, for the meters. */
  final void describe(String newEra, String newMethod) {
    era = newEra;
    rpcMethod = newMethod;
  }

  /** Answers without a body. */
  final void respond(int status) {
    respond(status, null, NOTHING);
  }

  /** Answers whole. */
  final void respond(int status, @Nullable String contentType, byte[] body) {
    finished(status);
    writeWhole(status, contentType, body);
  }

  /** Begins an event stream. */
  final void openStream() {
    setHeader("Cache-Control", "no-cache, no-store");
    setHeader("X-Accel-Buffering", "no");
    prepareStream(HttpWire.EVENT_STREAM);
  }

  /** Notes the end of the answer, once. */
  final void finished(int status) {
    if (finished.compareAndSet(false, true)) {
      meters.request(method, era, rpcMethod, status, startNanos);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;

/**
 * One request of a client that a server works on: who listens, and for how long its clock has stood
 * still because the server waited for an answer from here. Thread-safe.
 */
final class ClientCall {
  private final long id;
  private final CallListener listener;
  private final RisingProgress progress;
  private int questions;
  private long stoodStill;
  private long askedAt;

  /**
   * @param progress of all rounds of the call
   */
  ClientCall(long id, CallListener listener, RisingProgress progress) {
    this.id = id;
    this.listener = listener;
    this.progress = progress;
  }

  long id() {
    return id;
  }

  CallListener listener() {
    return listener;
  }

  RisingProgress progress() {
    return progress;
  }

  synchronized void questionBegins() {
    if (questions++ == 0) {
      askedAt = System.nanoTime();
    }
  }

  synchronized void questionEnds() {
    if (--questions == 0) {
      stoodStill += System.nanoTime() - askedAt;
    }
  }

  /** For how many nanoseconds the server has not been able to go on. */
  synchronized long stoodStillNanos() {
    return questions == 0 ? stoodStill : stoodStill + System.nanoTime() - askedAt;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import org.jspecify.annotations.Nullable;

/**
 * One stream of a session of the older era. It outlives the HTTP responses that carry it: a client
 * that lost one comes back with the id of the last event it saw, which names the stream.
 *
 * <p>Guarded by the lock of its session. Methods that change what is to be written return the open
 * stream to be pumped once the lock has been given back.
 */
final class SessionStream {
  /** The one stream for what belongs to no request. */
  static final int UNSOLICITED = 0;

  private final int number;
  private final ReplayBuffer replay;

  private long lastEvent;
  // The last event that was handed to an open response.
  private long lastOffered;
  private @Nullable EventStream open;
  private boolean complete;

  SessionStream(int number, ReplayBuffer replay) {
    this.number = number;
    this.replay = replay;
  }

  int number() {
    return number;
  }

  boolean isOpen() {
    return open != null;
  }

  boolean isComplete() {
    return complete;
  }

  @Nullable EventStream open() {
    return open;
  }

  /** The id under which a client can ask for what comes after the given event. */
  private String id(long event) {
    return number + "-" + event;
  }

  /** Adds a message; the last one ends the stream. */
  @Nullable EventStream add(byte[] json, boolean last) {
    lastEvent++;
    byte[] event = ServerSentEvents.message(id(lastEvent), json);
    replay.add(number, lastEvent, event);
    EventStream to = open;
    if (to != null && number == UNSOLICITED && to.isFull()) {
      // Nobody waits for a client that does not read these; it may come back for them.
      to.end();
      open = null;
      to = null;
    }
    if (to != null && to.offer(event)) {
      lastOffered = lastEvent;
    }
    if (last) {
      complete = true;
      if (to != null) {
        to.end();
        open = null;
      }
    }
    return to;
  }

  /**
   * Goes on in a new response.
   *
   * @param after the last event that the client saw; below 0 when it does not say
   * @param primed whether the client knows of events without data
   */
  void attach(EventStream stream, long after, boolean primed) {
    long from = after < 0 ? lastOffered : after;
    if (primed && after < 0) {
      stream.offer(ServerSentEvents.priming(id(from)));
    } else {
      stream.greet();
    }
    for (byte[] event : replay.after(number, from)) {
      stream.offer(event);
    }
    lastOffered = lastEvent;
    if (complete) {
      stream.end();
    } else {
      open = stream;
    }
  }

  /** Goes on without a response. */
  @Nullable EventStream detach() {
    EventStream was = open;
    open = null;
    return was;
  }

  /** Forgets a response that is lost, unless it has been replaced already. */
  void lost(EventStream stream) {
    if (open == stream) {
      open = null;
    }
  }
}

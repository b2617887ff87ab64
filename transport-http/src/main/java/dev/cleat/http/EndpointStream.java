// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.MessageCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The one event stream of a server of revision 2024-11-05: its first event names the place for
 * POSTs, and all messages of the server come on it.
 */
final class EndpointStream implements AnswerReader.Taker {
  private final HttpConnection connection;
  private final Request http;
  private final Arrivals arrivals;
  private final Runnable whenReady;
  private final Runnable whenNone;

  // Touched by Jetty, and by the time-out, which aborts and so ends in done().
  private boolean ready;
  private Scheduler.@Nullable Task timeout;

  /**
   * @param whenReady run when the place for POSTs is known
   * @param whenNone run instead when there is no such stream
   */
  EndpointStream(HttpConnection connection, Runnable whenReady, Runnable whenNone) {
    this.connection = connection;
    this.whenReady = whenReady;
    this.whenNone = whenNone;
    http = connection.newListen(null);
    arrivals = connection.arrivals(null);
  }

  void open(Duration patience) {
    timeout = connection.after(patience, () -> Departure.abort(http, "no endpoint in time"));
    connection.start(http, new AnswerReader(connection.maxMessageBytes(), this));
  }

  @Override
  public void event(String type, byte[] data) {
    if (!ready) {
      if (type.equals("endpoint")) {
        endpoint(new String(data, StandardCharsets.UTF_8));
      }
    } else if (data.length > 0 && (type.isEmpty() || type.equals("message"))) {
      try {
        connection.arrived(MessageCodec.decode(data, 0, data.length), arrivals);
      } catch (MessageCodec.MalformedException e) {
        connection.malformed(e.deserved());
      }
    }
  }

  private void endpoint(String reference) {
    try {
      connection.postTo(reference);
    } catch (IllegalArgumentException e) {
      connection.debug("the place for messages that the server names cannot be used: " + e);
      Departure.abort(http, "no usable endpoint");
      return;
    }
    ready = true;
    cancelTimeout();
    whenReady.run();
  }

  @Override
  public void tooLong() {
    connection.malformed(MessageCodec.tooLong(connection.maxMessageBytes()));
  }

  @Override
  public void whenRoom(Runnable demand) {
    arrivals.whenRoom(demand);
  }

  @Override
  public void done(Answer answer, AnswerReader reader) {
    connection.finished(http);
    cancelTimeout();
    if (connection.isOver()) {
      return;
    }
    if (!ready) {
      whenNone.run();
    } else {
      connection.streamLost("the server ended its event stream");
    }
  }

  private void cancelTimeout() {
    Scheduler.Task waiting = timeout;
    if (waiting != null) {
      waiting.cancel();
    }
  }
}

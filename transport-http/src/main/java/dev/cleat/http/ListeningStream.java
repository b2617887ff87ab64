// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.MessageCodec;
import java.time.Duration;
import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * The event stream on which a server of the older era sends what belongs to no request. Opened
 * again whenever it ends, for as long as the server offers one.
 */
final class ListeningStream implements AnswerReader.Taker {
  private static final long DEFAULT_RETRY_MILLIS = 1_000;
  private static final long MIN_RETRY_MILLIS = 10;
  private static final long MAX_RETRY_MILLIS = 30_000;

  private final HttpConnection connection;
  private final Arrivals arrivals;

  private volatile @Nullable Request running;

  // Touched by one answer at a time.
  private @Nullable String lastEventId;
  private long retryMillis = DEFAULT_RETRY_MILLIS;
  private int emptyTries;

  ListeningStream(HttpConnection connection) {
    this.connection = connection;
    arrivals = connection.arrivals(null);
  }

  void open() {
    if (connection.isOver()) {
      return;
    }
    Request http = connection.newListen(lastEventId);
    running = http;
    connection.start(http, new AnswerReader(connection.maxMessageBytes(), this));
  }

  @Override
  public void event(String type, byte[] data) {
    emptyTries = 0;
    if (data.length == 0 || !(type.isEmpty() || type.equals("message"))) {
      return;
    }
    try {
      connection.arrived(MessageCodec.decode(data, 0, data.length), arrivals);
    } catch (MessageCodec.MalformedException e) {
      connection.malformed(e.deserved());
    }
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
    connection.finished(running);
    if (connection.isOver()) {
      return;
    }
    if (reader.lastEventId() != null) {
      lastEventId = reader.lastEventId();
    }
    if (reader.retryMillis() >= 0) {
      retryMillis = reader.retryMillis();
    }
    int status = answer.status();
    boolean busy = status == 429 || status >= 500;
    if (status == 404 && connection.hasSession()) {
      connection.sessionDropped();
    } else if (answer.streamed() || answer.failure() != null || busy) {
      long asked = answer.retryAfter().map(Duration::toMillis).orElse(0L);
      long wait = Math.max(retryMillis, asked) << Math.min(emptyTries, 10);
      emptyTries++;
      connection.after(
          Duration.ofMillis(Math.max(MIN_RETRY_MILLIS, Math.min(wait, MAX_RETRY_MILLIS))),
          this::open);
    } else {
      connection.debug("the server offers no stream of its own: HTTP " + status);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to one HTTP request: an event stream event by event, as it comes; anything else
 * as a whole. Jetty calls it in one thread at a time.
 */
final class AnswerReader implements Response.Listener {
  /** Room for the answer of a common call; more is taken when more comes. */
  private static final int FIRST_BYTES = 1_024;

  /** Takes what is read, in Jetty's threads: nothing there may wait. */
  interface Taker extends SseReader.Sink {
    /** The status and the headers have come. */
    default void began(int status, HttpFields headers) {}

    /** Runs the demand for more once there is room for it. */
    default void whenRoom(Runnable demand) {
      demand.run();
    }

    /** The end, exactly once. */
    void done(Answer answer, AnswerReader reader);
  }

  private final int maxBytes;
  private final Taker taker;
  private final SseReader events;
  private boolean isEvents;
  private byte[] body = new byte[0];
  private int length;
  private boolean tooLong;

  AnswerReader(int maxBytes, Taker taker) {
    this.maxBytes = maxBytes;
    this.taker = taker;
    events = new SseReader(maxBytes, taker);
  }

  /** The id of the last event; null while there was none. */
  @Nullable String lastEventId() {
    return events.lastId();
  }

  /**
   * How long the server wants to be left alone after this stream, in milliseconds; -1 if unsaid.
   */
  long retryMillis() {
    return events.retryMillis();
  }

  @Override
  public void onHeaders(Response response) {
    isEvents =
        response.getStatus() / 100 == 2
            && Answer.mediaType(response.getHeaders()).equals(HttpWire.EVENT_STREAM);
    taker.began(response.getStatus(), response.getHeaders());
    if (!isEvents) {
      long announced = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
      if (announced != 0) {
        body = new byte[(int) Math.max(FIRST_BYTES, Math.min(announced, FIRST_BYTES * 64L))];
      }
    }
  }

  @Override
  public void onContent(Response response, Content.Chunk chunk, Runnable demander) {
    ByteBuffer bytes = chunk.getByteBuffer();
    if (isEvents) {
      events.read(bytes);
      taker.whenRoom(demander);
    } else if (bytes.remaining() > maxBytes - length) {
      tooLong = true;
      CompletableFuture<Boolean> unused =
          response.abort(new IOException("The answer is longer than " + maxBytes + " bytes"));
    } else {
      append(bytes);
      demander.run();
    }
  }

  private void append(ByteBuffer bytes) {
    int more = bytes.remaining();
    if (length + more > body.length) {
      long doubled = Math.min(maxBytes, 2L * body.length);
      body = Arrays.copyOf(body, (int) Math.max(length + more, doubled));
    }
    bytes.get(body, length, more);
    length += more;
  }

  @Override
  public void onComplete(Result result) {
    Response response = result.getResponse();
    taker.done(
        new Answer(
            response == null ? 0 : response.getStatus(),
            response == null ? HttpFields.EMPTY : response.getHeaders(),
            isEvents,
            length == body.length ? body : Arrays.copyOf(body, length),
            tooLong,
            result.getFailure()),
        this);
  }

  /** Ends it for a request that Jetty did not take. */
  void neverSent(RuntimeException why) {
    RejectedExecutionException failure = new RejectedExecutionException(why);
    taker.done(new Answer(0, HttpFields.EMPTY, false, body, false, failure), this);
  }
}

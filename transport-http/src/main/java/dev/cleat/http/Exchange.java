// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One request of this side, from its POST to its answer: repeated when the server asks for time,
 * taken up again when its event stream breaks off and can be.
 */
final class Exchange implements AnswerReader.Taker {
  /** How often a request that was not executed is sent again after the time the server asks for. */
  private static final int MAX_REPEATS = 2;

  /** A server that wants more time than this is taken as unavailable. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(10);

  /** How often a broken stream is asked for again while nothing new comes on it. */
  private static final int MAX_RESUMPTIONS = 5;

  private static final long DEFAULT_RETRY_MILLIS = 1_000;
  private static final long MAX_RETRY_MILLIS = 30_000;

  /** How long a server may take to end an event stream whose answer has come. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final HttpConnection connection;
  private final Message.Request request;
  private final byte[] json;
  private final boolean modern;
  private final Once written;
  private final Arrivals arrivals;
  private final Departure departure = Departure.waiting(this::giveUp);

  // What runs for it now; null before the first and between two.
  private volatile @Nullable Request running;
  // Answered, given up or lost: whatever still comes is for nobody.
  private volatile boolean over;
  private volatile Scheduler.@Nullable Task lingering;

  // Touched by one answer at a time.
  private int repeats;
  private int resumptions;
  private @Nullable String resumedFrom;
  private boolean listedAgain;
  private boolean skippedTooLong;

  /**
   * @param written run once its bytes no longer wait to be written
   */
  Exchange(
      HttpConnection connection,
      Message.Request request,
      byte[] json,
      boolean modern,
      Once written) {
    this.written = written;
    this.connection = connection;
    this.request = request;
    this.json = json;
    this.modern = modern;
    arrivals = connection.arrivals(request.id());
  }

  Object id() {
    return request.id();
  }

  Connection.Receipt receipt() {
    return departure;
  }

  boolean isModern() {
    return modern;
  }

  Message.Request request() {
    return request;
  }

  /** Sends it. */
  void post() {
    start(newPost(), new AnswerReader(connection.maxMessageBytes(), this));
  }

  /** Sends it again, unless nobody waits for it any more. */
  void postAgain() {
    if (!over && !connection.isOver()) {
      post();
    }
  }

  private Request newPost() {
    Map<String, String> headers =
        modern ? connection.requestHeaders().of(request.method(), request.params()) : Map.of();
    return connection
        .newPost(json, headers, !modern)
        .onRequestBegin(departure::begins)
        .onRequestSuccess(done -> written.run());
  }

  private void start(Request http, AnswerReader reader) {
    running = http;
    if (over) {
      written.run();
      return;
    }
    connection.start(http, reader);
    // Given up meanwhile, by somebody who may not have seen what runs.
    if (over) {
      Departure.abort(http, "given up");
    }
  }

  /** Ends it without an answer, because nobody waits for one any more. */
  void giveUp() {
    connection.forget(this);
    over = true;
    abort();
  }

  private void abort() {
    Request http = running;
    if (http != null) {
      Departure.abort(http, "given up");
    }
  }

  /** Its answer has come, on its own channel or on another one. */
  void answered() {
    over = true;
    Request http = running;
    if (http != null) {
      lingering = connection.after(LINGER, () -> Departure.abort(http, "answered"));
    }
  }

  @Override
  public void began(int status, HttpFields headers) {
    if (status / 100 == 2 && request.method().equals(Protocol.INITIALIZE)) {
      connection.sessionIs(headers.get(HttpWire.SESSION_ID));
    }
  }

  @Override
  public void event(String type, byte[] data) {
    if (over || data.length == 0 || !(type.isEmpty() || type.equals("message"))) {
      return;
    }
    try {
      take(MessageCodec.decode(data, 0, data.length));
    } catch (MessageCodec.MalformedException e) {
      connection.malformed(e.deserved());
    }
  }

  @Override
  public void tooLong() {
    skippedTooLong = true;
    connection.malformed(MessageCodec.tooLong(connection.maxMessageBytes()));
  }

  @Override
  public void whenRoom(Runnable demand) {
    arrivals.whenRoom(demand);
  }

  /** A message on the channel of this request. */
  private void take(Message message) {
    // An error without an id can only mean the request of its channel.
    connection.arrived(
        message instanceof Message.ErrorResponse error && error.id().isEmpty()
            ? Faults.withId(error, request.id())
            : message,
        arrivals);
  }

  @Override
  public void done(Answer answer, AnswerReader reader) {
    written.run();
    connection.finished(running);
    running = null;
    Scheduler.Task waiting = lingering;
    if (waiting != null) {
      waiting.cancel();
    }
    if (over || connection.isOver()) {
      return;
    }
    String lastEventId = reader.lastEventId() != null ? reader.lastEventId() : resumedFrom;
    if (answer.streamed() && !modern && lastEventId != null) {
      resume(lastEventId, reader);
    } else if (answer.failure() != null) {
      failed(answer, answer.failure());
    } else if (resumedFrom != null && !answer.streamed()) {
      notResumed(answer);
    } else if (answer.streamed()) {
      lose(true, "its event stream ended without the answer" + tooLongHint());
    } else if (answer.isSuccess()) {
      accepted(answer);
    } else {
      refused(answer);
    }
  }

  private void failed(Answer answer, Throwable failure) {
    boolean sent = answer.status() != 0 || !Faults.beforeSending(failure);
    if (answer.tooLong()) {
      lose(
          true,
          "its answer is longer than "
              + connection.maxMessageBytes()
              + " bytes. Ask for less, or raise Limits.maxMessageBytes");
    } else {
      lose(resumedFrom != null || sent, connection.reason(failure));
    }
  }

  private void accepted(Answer answer) {
    if (answer.isJson()) {
      try {
        take(MessageCodec.decode(answer.body(), 0, answer.body().length));
        if (!over && !connection.answersOnStream()) {
          lose(true, "the server answered with something else than the answer");
        }
      } catch (MessageCodec.MalformedException e) {
        if (connection.answersOnStream()) {
          return;
        }
        lose(true, "the server answered with what is no JSON-RPC message: " + e.getMessage());
      }
    } else if (!connection.answersOnStream()) {
      lose(
          true,
          answer.mediaType().isEmpty()
              ? "the server answered HTTP " + answer.status() + " without content"
              : "the server answered with \""
                  + dev.cleat.Text.shown(answer.mediaType())
                  + "\". Allowed are application/json and text/event-stream. Check the URL");
    }
  }

  private void refused(Answer answer) {
    int status = answer.status();
    if (request.method().equals(Protocol.INITIALIZE)
        && (status == 400 || status == 404 || status == 405)
        && connection.fallBack(this, answer)) {
      return;
    }
    if (status == 404 && !modern && connection.hasSession()) {
      lose(false, "the server has dropped the session");
      connection.sessionDropped();
    } else if (status == 429 || status == 503) {
      busy(answer);
    } else {
      refusedFor(answer);
    }
  }

  /** Answers with what the server said of its refusal. */
  void refusedFor(Answer answer) {
    Optional<Message.ErrorResponse> error = Faults.errorIn(answer, request.id());
    if (error.filter(e -> e.code() == Protocol.HEADER_MISMATCH).isPresent()
        && modern
        && !listedAgain
        && request.method().equals(Protocol.TOOLS_CALL)) {
      // The server's tools have changed since they were listed, or never were.
      listedAgain = true;
      new ToolListing(connection, request, this::postAgain).start();
    } else {
      take(error.orElseGet(() -> Faults.refused(request.id(), answer)));
    }
  }

  private void busy(Answer answer) {
    Optional<Duration> wait =
        answer.retryAfter().filter(asked -> asked.compareTo(MAX_RETRY_AFTER) <= 0);
    if (wait.isPresent() && repeats < MAX_REPEATS) {
      repeats++;
      connection.after(wait.get(), this::postAgain);
    } else {
      Optional<Message.ErrorResponse> error = Faults.errorIn(answer, request.id());
      lose(
          false,
          "the server is too busy, or ending (HTTP "
              + answer.status()
              + ")"
              + error.map(e -> ": " + dev.cleat.Text.shown(e.message())).orElse(""));
    }
  }

  private void resume(String lastEventId, AnswerReader reader) {
    resumptions = lastEventId.equals(resumedFrom) ? resumptions + 1 : 1;
    if (resumptions > MAX_RESUMPTIONS) {
      lose(true, "its event stream broke off again and again without the answer");
      return;
    }
    resumedFrom = lastEventId;
    long wait = reader.retryMillis() >= 0 ? reader.retryMillis() : DEFAULT_RETRY_MILLIS;
    connection.after(
        Duration.ofMillis(Math.min(wait, MAX_RETRY_MILLIS)),
        () -> {
          if (!over && !connection.isOver()) {
            start(
                connection.newListen(lastEventId),
                new AnswerReader(connection.maxMessageBytes(), this));
          }
        });
  }

  private void notResumed(Answer answer) {
    lose(
        true,
        "its event stream broke off, and the server did not take it up again (HTTP "
            + answer.status()
            + ")");
    if (answer.status() == 404 && connection.hasSession()) {
      connection.sessionDropped();
    }
  }

  private String tooLongHint() {
    return skippedTooLong
        ? "; an event was longer than "
            + connection.maxMessageBytes()
            + " bytes. Ask for less, or raise Limits.maxMessageBytes"
        : "";
  }

  /** Tells who waits that there will be no answer. */
  void lose(boolean sent, String reason) {
    over = true;
    connection.forget(this);
    connection.lost(request.id(), sent, reason);
  }
}

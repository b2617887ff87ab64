// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

/** One POST of a message that asks for no answer. */
final class Notice implements AnswerReader.Taker {
  private final HttpConnection connection;
  private final Request http;
  private final Departure departure;
  private final CompletableFuture<Answer> outcome = new CompletableFuture<>();

  /**
   * @param patience after which it is taken as failed
   */
  Notice(HttpConnection connection, Request http, Duration patience) {
    this.connection = connection;
    this.http = http;
    departure = Departure.waiting(() -> Departure.abort(http, "withdrawn"));
    http.onRequestBegin(departure::begins);
    http.timeout(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  void post() {
    connection.start(http, new AnswerReader(connection.maxMessageBytes(), this));
  }

  Connection.Receipt receipt() {
    return departure;
  }

  /** Runs something, in a thread of Jetty, when it has been accepted or has failed. */
  void whenDone(Runnable task) {
    CompletableFuture<Void> unused = outcome.thenRun(task);
  }

  /** Waits until the server has accepted it; false when it did not. */
  boolean awaitAccepted(Duration limit) {
    try {
      return outcome.get(limit.toNanos(), TimeUnit.NANOSECONDS).isSuccess();
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void event(String type, byte[] data) {
    // Nothing was asked.
  }

  @Override
  public void tooLong() {
    // Nor is this wanted.
  }

  @Override
  public void done(Answer answer, AnswerReader reader) {
    connection.finished(http);
    @Nullable Throwable failure = answer.failure();
    if (!answer.isSuccess() && !connection.isOver()) {
      connection.debug(
          "a notification or an answer was not taken: "
              + (failure == null ? "HTTP " + answer.status() : connection.reason(failure)));
      if (answer.status() == 404 && connection.hasSession()) {
        connection.sessionDropped();
      }
    }
    outcome.complete(answer);
  }
}

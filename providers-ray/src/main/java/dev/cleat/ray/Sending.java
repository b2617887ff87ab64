// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;

/**
 * A request's body that knows whether any of it was asked for. The connection asks once it stands
 * and the head of the request is written: as long as nothing was asked for, the server cannot have
 * acted on the request.
 */
final class Sending implements BodyPublisher {
  private final String type;
  private final BodyPublisher body;
  private final LongConsumer sent;
  private volatile boolean begun;

  Sending(Payload payload) {
    this.type = payload.type();
    this.body = payload.publisher().get();
    this.sent = payload.sent();
  }

  /** The media type. */
  String type() {
    return type;
  }

  /** Whether the server may have got the request. */
  boolean begun() {
    return begun;
  }

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    begun = true;
    body.subscribe(new Counting(subscriber));
  }

  /** Passes everything on and counts. */
  private final class Counting implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> next;
    private long bytes;

    Counting(Flow.Subscriber<? super ByteBuffer> next) {
      this.next = next;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      next.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
      bytes += buffer.remaining();
      next.onNext(buffer);
      sent.accept(bytes);
    }

    @Override
    public void onError(Throwable fault) {
      next.onError(fault);
    }

    @Override
    public void onComplete() {
      next.onComplete();
    }
  }
}

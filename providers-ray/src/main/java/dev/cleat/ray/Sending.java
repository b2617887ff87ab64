// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * A request's body that knows whether any of it was asked for. The connection asks once it stands
 * and the head of the request is written: as long as nothing was asked for, the server cannot have
 * acted on the request.
 */
final class Sending implements BodyPublisher {
  private final BodyPublisher body;
  private volatile boolean begun;

  Sending(byte[] body) {
    this.body = BodyPublishers.ofByteArray(body);
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
    body.subscribe(subscriber);
  }
}

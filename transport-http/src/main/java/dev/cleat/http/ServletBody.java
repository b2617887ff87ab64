// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads the body of one request as it comes, and holds no thread meanwhile. */
final class ServletBody implements ReadListener, Watch.Watched {
  private static final int BUFFER_BYTES = 4 << 10;

  private final McpEndpoint endpoint;
  private final ServletExchange exchange;
  private final ServletInputStream in;
  private final String principal;
  private final long contentLength;
  private final long began = System.nanoTime();

  // Set by who answers: the reader, or the watch when it takes too long.
  private final AtomicBoolean decided = new AtomicBoolean();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final byte[] buffer = new byte[BUFFER_BYTES];

  ServletBody(
      McpEndpoint endpoint, ServletExchange exchange, HttpServletRequest request, String principal)
      throws IOException {
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.principal = principal;
    contentLength = request.getContentLengthLong();
    in = request.getInputStream();
  }

  void read() {
    if (contentLength > endpoint.maxMessageBytes()) {
      refuse(Refusal.tooLong(endpoint.maxMessageBytes()));
      return;
    }
    endpoint.watch().add(this);
    in.setReadListener(this);
  }

  @Override
  public void onDataAvailable() throws IOException {
    while (in.isReady() && !in.isFinished()) {
      int count = in.read(buffer);
      if (count < 0) {
        return;
      }
      if (decided.get()) {
        continue; // Only to be read away.
      }
      if (bytes.size() + count > endpoint.maxMessageBytes()) {
        refuse(Refusal.tooLong(endpoint.maxMessageBytes()));
        return;
      }
      bytes.write(buffer, 0, count);
    }
  }

  @Override
  public void onAllDataRead() {
    if (decide()) {
      byte[] body = bytes.toByteArray();
      // Not in here: the container writes nothing for this request until this method returns, and a
      // call may take long.
      exchange.execute(() -> endpoint.post(exchange, principal, body, body.length));
    }
  }

  @Override
  public void onError(Throwable cause) {
    refuse(
        Refusal.of(
            Refusal.BAD_REQUEST,
            HttpWire.HTTP_REFUSED,
            "The body of the request ended too early."));
  }

  private boolean decide() {
    endpoint.watch().remove(this);
    return decided.compareAndSet(false, true);
  }

  private void refuse(Refusal refusal) {
    if (decide()) {
      exchange.setHeader("Connection", "close");
      endpoint.refuse(exchange, refusal);
    }
  }

  @Override
  public void tick(long now) {
    if (now - began >= endpoint.limits().requestTimeout().toNanos()) {
      refuse(Refusal.bodyTooSlow(endpoint.limits()));
    }
  }
}

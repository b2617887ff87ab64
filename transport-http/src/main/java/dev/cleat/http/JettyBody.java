// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads the body of one request, mostly in one go; when it is not there yet, goes on when more has
 * come, and holds no thread meanwhile.
 */
final class JettyBody implements Watch.Watched {
  private static final byte[] NOTHING = new byte[0];

  private final McpEndpoint endpoint;
  private final JettyExchange exchange;
  private final Request request;
  private final String principal;
  private final long began = System.nanoTime();

  // Set by who answers: the reader, or the watch when it takes too long.
  private final AtomicBoolean decided = new AtomicBoolean();

  private byte[] bytes = NOTHING;
  private int length;
  private boolean waited;

  JettyBody(McpEndpoint endpoint, JettyExchange exchange, Request request, String principal) {
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.request = request;
    this.principal = principal;
  }

  void read() {
    int max = endpoint.maxMessageBytes();
    if (!waited && request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > max) {
      refuse(Refusal.tooLong(endpoint.maxMessageBytes()));
      return;
    }
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        if (!waited) {
          waited = true;
          endpoint.watch().add(this);
        }
        request.demand(this::read);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        refuse(cutShort());
        return;
      }
      boolean last = chunk.isLast();
      boolean fits = chunk.remaining() <= max - length;
      if (fits) {
        append(chunk);
      }
      chunk.release();
      if (!fits) {
        refuse(Refusal.tooLong(endpoint.maxMessageBytes()));
        return;
      }
      if (last) {
        if (decide()) {
          endpoint.post(exchange, principal, bytes, length);
        }
        return;
      }
    }
  }

  private void append(Content.Chunk chunk) {
    int more = chunk.remaining();
    int needed = length + more;
    if (bytes.length < needed) {
      // The first part is mostly the whole.
      bytes = Arrays.copyOf(bytes, length == 0 ? needed : Math.max(needed, 2 * bytes.length));
    }
    chunk.getByteBuffer().get(bytes, length, more);
    length = needed;
  }

  private boolean decide() {
    if (waited) {
      endpoint.watch().remove(this);
    }
    return decided.compareAndSet(false, true);
  }

  private void refuse(Refusal refusal) {
    if (decide()) {
      exchange.setHeader("Connection", "close");
      endpoint.refuse(exchange, refusal);
    }
  }

  private static Refusal cutShort() {
    return Refusal.of(
        Refusal.BAD_REQUEST, HttpWire.HTTP_REFUSED, "The body of the request ended too early.");
  }

  @Override
  public void tick(long now) {
    if (now - began >= endpoint.limits().requestTimeout().toNanos()) {
      refuse(Refusal.bodyTooSlow(endpoint.limits()));
    }
  }
}

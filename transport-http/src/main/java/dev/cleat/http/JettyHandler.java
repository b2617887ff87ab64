// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Leads requests by their path: to the endpoint, to the probes, or nowhere. */
final class JettyHandler extends Handler.Abstract {
  private static final byte[] NOTHING = new byte[0];

  private final McpEndpoint endpoint;
  private final Probes probes;
  private final String path;
  private final boolean local;
  private final AtomicInteger open = new AtomicInteger();
  private final Object allDone = new Object();

  JettyHandler(McpEndpoint endpoint, Probes probes, String path, boolean local) {
    this.endpoint = endpoint;
    this.probes = probes;
    this.path = path;
    this.local = local;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    open.incrementAndGet();
    Callback counted = Callback.from(callback, this::done);
    JettyExchange exchange =
        new JettyExchange(request, response, counted, local, endpoint.meters());
    String asked = request.getHttpURI().getCanonicalPath();
    if (path.equals(asked)) {
      String principal = endpoint.head(exchange);
      if (principal != null) {
        new JettyBody(endpoint, exchange, request, principal).read();
      }
    } else if (asked == null || !probes.answer(asked, exchange)) {
      exchange.respond(Refusal.NOT_FOUND, null, NOTHING);
    }
    return true;
  }

  private void done() {
    if (open.decrementAndGet() == 0) {
      synchronized (allDone) {
        allDone.notifyAll();
      }
    }
  }

  /** Waits until all responses are written, or the time is over. */
  void awaitResponses(long limitNanos) {
    long deadline = System.nanoTime() + limitNanos;
    synchronized (allDone) {
      long left = limitNanos;
      try {
        while (open.get() > 0 && left > 0) {
          // Looked at again now and then: the count falls without the lock.
          TimeUnit.NANOSECONDS.timedWait(allDone, Math.min(left, 10_000_000));
          left = deadline - System.nanoTime();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

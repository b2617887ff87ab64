// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks the dashboard of one cluster over HTTP.
 *
 * <p>It blocks its caller until the answer is whole, the time is up, or the caller is interrupted;
 * in the last two cases the connection is closed. Redirects are not followed and no proxy is used,
 * so the token reaches the configured origin only. Nothing is sent twice: a request that may have
 * been acted on and got no answer ends as <i>outcome unknown</i>.
 *
 * <p><b>Threads.</b> Any number at once.
 *
 * <p><b>Life cycle.</b> The first request starts threads of the HTTP client; {@link #close} ends
 * them.
 */
final class DashboardClient implements AutoCloseable {
  private final RayTarget target;
  private final ExecutorService threads;
  private final Object opening = new Object();
  // Opened by the first request: loading its classes takes longer than starting all else.
  private @Nullable HttpClient http;
  // How often no answer came. Whoever remembers something of the dashboard looks whether it rose.
  private final AtomicLong faults = new AtomicLong();

  DashboardClient(RayTarget target) {
    this.target = target;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "cleat-ray-http-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  private HttpClient http() {
    synchronized (opening) {
      HttpClient open = http;
      if (open == null) {
        open =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(Bounds.CONNECT)
                .executor(threads)
                .build();
        http = open;
      }
      return open;
    }
  }

  /** The body of a successful answer, held in memory. */
  byte[] bytes(Ask ask, int maxBytes) throws InterruptedException {
    BoundedBody.Bytes body = send(ask, maxBytes, new BoundedBody.Memory());
    if (body.cut()) {
      throw RayFailures.tooLarge(ask, maxBytes);
    }
    return body.bytes();
  }

  /**
   * Gives the body of a successful answer to the sink, up to the bound.
   *
   * @throws ToolFailure when there was no successful answer
   */
  <T> T send(Ask ask, long maxBytes, BoundedBody.Sink<T> sink) throws InterruptedException {
    DashboardEndpoint endpoint = target.dashboard();
    AddressPolicy.check(endpoint);
    Optional<Sending> sending = ask.body().map(Sending::new);
    HttpRequest request = request(ask, endpoint, sending);
    CompletableFuture<HttpResponse<Answer<T>>> answer =
        http().sendAsync(request, info -> subscriber(info, maxBytes, sink));
    RayFailures failures = new RayFailures(endpoint, ask);
    try {
      return answer.get(ask.timeout().toNanos(), TimeUnit.NANOSECONDS).body().orThrow(failures);
    } catch (TimeoutException e) {
      faults.incrementAndGet();
      boolean mayBeActedOn = sending.map(Sending::begun).orElse(false);
      throw failures.noAnswer("no answer in " + seconds(ask), mayBeActedOn, e);
    } catch (ExecutionException e) {
      faults.incrementAndGet();
      Throwable fault = rootOf(e);
      boolean mayBeActedOn = sending.map(Sending::begun).orElse(false) && !neverConnected(fault);
      throw failures.noAnswer(RayFailures.inWords(fault), mayBeActedOn, fault);
    } finally {
      // Does nothing to what is done; else closes the connection.
      answer.cancel(true);
    }
  }

  /** Asks something in another thread of this client. */
  <T> Future<T> aside(Callable<T> question) {
    return threads.submit(question);
  }

  /** How many requests got no answer so far. */
  long faults() {
    return faults.get();
  }

  /** What a failure of that request would say, for an answer that cannot be understood. */
  RayFailures failuresOf(Ask ask) {
    return new RayFailures(target.dashboard(), ask);
  }

  @Override
  public void close() {
    // Since Java 21 the client can be closed at once instead of by the garbage collector.
    HttpClient open;
    synchronized (opening) {
      open = http;
    }
    if (open instanceof AutoCloseable) {
      try {
        HttpClient.class.getMethod("shutdownNow").invoke(open);
      } catch (ReflectiveOperationException e) {
        // Left to the garbage collector, as before Java 21.
      }
    }
    threads.shutdownNow();
  }

  private static HttpRequest request(
      Ask ask, DashboardEndpoint endpoint, Optional<Sending> sending) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.address().resolve(ask.route()))
            .header("User-Agent", "cleat-ray")
            .header("Accept", "application/json, text/plain");
    endpoint.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    if (sending.isPresent()) {
      request.header("Content-Type", sending.get().type()).method(ask.method(), sending.get());
    } else {
      request.method(ask.method(), BodyPublishers.noBody());
    }
    return request.build();
  }

  private static <T> BodySubscriber<Answer<T>> subscriber(
      HttpResponse.ResponseInfo info, long maxBytes, BoundedBody.Sink<T> sink) {
    if (info.statusCode() == 200) {
      return BodySubscribers.mapping(new BoundedBody<>(maxBytes, sink), body -> failures -> body);
    }
    return BodySubscribers.mapping(
        new BoundedBody<>(Bounds.ERROR_BODY_BYTES, new BoundedBody.Memory()),
        body -> {
          String text = new String(body.bytes(), StandardCharsets.UTF_8);
          return failures -> {
            throw failures.ofStatus(info.statusCode(), info.headers(), text);
          };
        });
  }

  /** What an exchange ended with: a body, or a status that is a failure. */
  private interface Answer<T> {
    T orThrow(RayFailures failures);
  }

  private static boolean neverConnected(Throwable fault) {
    return fault instanceof ConnectException
        || fault instanceof HttpConnectTimeoutException
        || fault instanceof UnresolvedAddressException;
  }

  private static Throwable rootOf(ExecutionException e) {
    Throwable fault = e.getCause() == null ? e : e.getCause();
    return fault.getCause() instanceof UnresolvedAddressException cause ? cause : fault;
  }

  private static String seconds(Ask ask) {
    return ask.timeout().toMillis() / 1000.0 + " s";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.McpException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One Jetty client for all connections of a transport with or without TLS: started for the first,
 * stopped with the last, so that no thread outlives them. Thread-safe.
 */
final class SharedHttpClient {
  private static final Logger LOG = System.getLogger(SharedHttpClient.class.getName());

  /** One selects, one looks up names, and the rest stand in when either is held up. */
  private static final int MAX_THREADS = 8;

  /** Above what one connection may have in flight; the operating system has its own limit. */
  private static final int MAX_TCP_CONNECTIONS = 8_192;

  private static final Duration TCP_CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Shorter than the five seconds after which common servers close an idle connection: a request
   * that is written just then is lost, and nobody knows whether it was read.
   */
  private static final Duration POOLED_IDLE = Duration.ofSeconds(4);

  private final boolean tls;
  private final Object lock = new Object();
  private int users;
  private @Nullable HttpClient client;

  /**
   * @param tls whether it is for https: to read the trust store takes longer than all the rest
   */
  SharedHttpClient(boolean tls) {
    this.tls = tls;
  }

  /** The running client, which the caller gives back by {@link #release}. */
  HttpClient acquire() {
    synchronized (lock) {
      HttpClient running = client;
      if (running == null) {
        running = start();
        client = running;
      }
      users++;
      return running;
    }
  }

  /** Ends the use of one {@link #acquire}; the last one waits until the threads have ended. */
  void release() {
    HttpClient unused = null;
    synchronized (lock) {
      if (--users == 0) {
        unused = client;
        client = null;
      }
    }
    if (unused != null) {
      stopWhole(unused);
    }
  }

  /**
   * In a thread that nobody interrupts: when one that is interrupted stops Jetty, its selector runs
   * on, and Jetty waits for that in vain.
   */
  private static void stopWhole(HttpClient unused) {
    Thread stopper = new Thread(() -> stop(unused), "cleat-http-client-stop");
    stopper.setDaemon(true);
    stopper.start();
    boolean interrupted = false;
    while (stopper.isAlive()) {
      try {
        stopper.join();
      } catch (InterruptedException e) {
        interrupted = true; // Jetty's own time limit bounds the wait.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpClient start() {
    ClientConnector connector = new KeepAliveConnector();
    connector.setSelectors(1);
    if (!tls) {
      connector.setSslContextFactory(new NoTls());
    }
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1);
    threads.setName("cleat-http-client");
    threads.setDaemon(true);
    HttpClientTransportOverHTTP transport = new HttpClientTransportOverHTTP(connector);
    // Answers are read and handed over by the selecting thread itself: nothing there blocks.
    transport.setInvocationType(Invocable.InvocationType.NON_BLOCKING);
    HttpClient starting = new HttpClient(transport);
    starting.setName("cleat-http-client");
    starting.setExecutor(threads);
    starting.setScheduler(new ScheduledExecutorScheduler("cleat-http-client-scheduler", true));
    starting.setConnectTimeout(TCP_CONNECT_TIMEOUT.toMillis());
    starting.setAddressResolutionTimeout(TCP_CONNECT_TIMEOUT.toMillis());
    starting.setIdleTimeout(POOLED_IDLE.toMillis());
    starting.setMaxConnectionsPerDestination(MAX_TCP_CONNECTIONS);
    starting.setMaxRequestsQueuedPerDestination(MAX_TCP_CONNECTIONS);
    starting.setFollowRedirects(false);
    starting.setHttpCookieStore(new HttpCookieStore.Empty());
    starting.setUserAgentField(null);
    try {
      starting.start();
    } catch (Exception e) {
      stop(starting);
      throw new McpException.ConnectFailed("The HTTP client could not be started: " + e, e);
    }
    // What a server says about credentials and other places goes to the caller as it is.
    starting.getContentDecoderFactories().clear();
    starting.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
    starting.getProtocolHandlers().remove(ProxyAuthenticationProtocolHandler.NAME);
    starting.getProtocolHandlers().remove(RedirectProtocolHandler.NAME);
    return starting;
  }

  private static void stop(HttpClient stopping) {
    try {
      stopping.stop();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "The HTTP client did not stop cleanly", e);
    }
  }

  /** Has the operating system find out that a peer is gone behind a stream that says nothing. */
  private static final class KeepAliveConnector extends ClientConnector {
    @Override
    protected void configure(SelectableChannel channel) throws java.io.IOException {
      super.configure(channel);
      if (channel instanceof NetworkChannel socket
          && socket.supportedOptions().contains(StandardSocketOptions.SO_KEEPALIVE)) {
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      }
    }
  }

  /** Reads no trust store. */
  private static final class NoTls extends SslContextFactory.Client {
    @Override
    protected void doStart() {
      // Nothing of it is used for plain http.
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.ConfigException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty, set up small: bounded threads and buffers, nothing told about itself. */
final class JettyServer {
  private static final Logger LOG = System.getLogger(JettyServer.class.getName());

  private static final int MIN_THREADS = 4;
  private static final int THREAD_IDLE_MILLIS = 30_000;

  // Buffers of 1 to 64 KiB are kept for the next request, up to so many bytes of each kind.
  private static final int BUFFER_STEP = 1 << 10;
  private static final int MAX_BUFFER = 64 << 10;
  private static final int BUFFERS_PER_SIZE = 256;
  private static final long MAX_BUFFERED_BYTES = 8L << 20;

  /** Responses that were taken when the server ended get so long to be written. */
  private static final long WRITE_OUT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final JettyHandler handler;
  private final Server server;
  private final ServerConnector connector;
  private final boolean secure;
  private final InetAddress address;
  private final String host;

  // Known from the start on, and still after the end.
  private volatile int boundPort;

  JettyServer(
      JettyHandler handler,
      HttpLimits limits,
      InetAddress address,
      String host,
      int port,
      Optional<KeyStore> keyStore) {
    this.handler = handler;
    this.address = address;
    this.host = host;
    secure = keyStore.isPresent();
    QueuedThreadPool threads =
        new QueuedThreadPool(limits.maxThreads(), MIN_THREADS, THREAD_IDLE_MILLIS);
    threads.setName("cleat-http");
    threads.setDaemon(true);
    server =
        new Server(
            threads,
            null,
            new ArrayByteBufferPool(
                0,
                BUFFER_STEP,
                MAX_BUFFER,
                BUFFERS_PER_SIZE,
                MAX_BUFFERED_BYTES,
                MAX_BUFFERED_BYTES));
    HttpConnectionFactory http = new HttpConnectionFactory(configuration(limits));
    connector =
        keyStore.isPresent()
            ? new ServerConnector(
                server, 1, -1, new SslConnectionFactory(ssl(keyStore.get()), "http/1.1"), http)
            : new ServerConnector(server, 1, -1, http);
    connector.setHost(address.getHostAddress());
    connector.setPort(port);
    connector.setIdleTimeout(limits.connectionIdle().toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.maxConnections(), connector));
    server.setHandler(handler);
    server.setErrorHandler(
        (request, response, callback) -> {
          response.write(true, ByteBuffer.allocate(0), callback);
          return true;
        });
    server.setStopAtShutdown(false);
  }

  private static HttpConfiguration configuration(HttpLimits limits) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setSendXPoweredBy(false);
    configuration.setSendDateHeader(false);
    configuration.setRequestHeaderSize(limits.maxHeaderBytes());
    return configuration;
  }

  private static SslContextFactory.Server ssl(KeyStore keyStore) {
    SslContextFactory.Server ssl = new SslContextFactory.Server();
    ssl.setKeyStore(keyStore);
    ssl.setKeyStorePassword("");
    return ssl;
  }

  void start() {
    try {
      server.start();
      boundPort = connector.getLocalPort();
    } catch (IOException e) {
      stop();
      throw new ConfigException(
          "The server cannot listen on "
              + host
              + " port "
              + connector.getPort()
              + ": "
              + e.getMessage()
              + ". Choose another port, or end who has it.");
    } catch (Exception e) {
      stop();
      throw new IllegalStateException("The HTTP server did not start", e);
    }
  }

  int port() {
    return boundPort;
  }

  URI uri(String path) {
    String name = address.isAnyLocalAddress() ? "localhost" : host;
    String bracketed = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
    return URI.create((secure ? "https://" : "http://") + bracketed + ":" + port() + path);
  }

  /** Writes out what is on its way, and ends; no thread is left. */
  void stop() {
    handler.awaitResponses(WRITE_OUT_NANOS);
    try {
      server.stop();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "The HTTP server did not stop cleanly", e);
    } finally {
      server.destroy();
    }
  }
}

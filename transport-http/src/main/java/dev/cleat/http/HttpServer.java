// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static java.util.Objects.requireNonNull;

import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ConfigException;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Serves an {@link McpServer} over Streamable HTTP, in both eras of the protocol at one address,
 * with {@code /healthz}, {@code /readyz} and {@code /metrics} beside it.
 *
 * <pre>{@code
 * try (HttpServer http = HttpServer.builder(server).address("127.0.0.1", 8080).start()) {
 *   http.awaitClose();
 * }
 * }</pre>
 *
 * <p>It listens on the loopback interface unless told otherwise, and then wants tokens.
 *
 * <p><b>Threads.</b> Any thread may call any method. Its own are daemons named {@code cleat-http…};
 * none is left after {@link #close}.
 *
 * <p><b>Life cycle.</b> {@link #close} closes the server behind it, too: new requests are refused
 * with 503 and {@code /readyz} says so, the running calls get the server's grace time, event
 * streams are ended, then the port is given up.
 */
public final class HttpServer implements AutoCloseable {
  private final String path;
  private final JettyServer jetty;
  private final McpEndpoint endpoint;
  private final CompletableFuture<URI> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Object closing = new Object();

  private HttpServer(Builder builder) {
    HttpOptions options = builder.options.build();
    InetAddress address = builder.resolved();
    if (!address.isLoopbackAddress()
        && options.tokens().isEmpty()
        && !options.anonymousOffLoopback()) {
      throw new ConfigException(
          "The address "
              + builder.host
              + " can be reached from other machines, and there are no tokens. Set tokens, listen"
              + " on 127.0.0.1, or say anonymousOffLoopback() if anybody may call.");
    }
    endpoint = new McpEndpoint(builder.server, options);
    Probes probes = new Probes(endpoint, builder.metricsPage);
    JettyHandler handler =
        new JettyHandler(endpoint, probes, builder.path, address.isLoopbackAddress());
    jetty =
        new JettyServer(
            handler, options.limits(), address, builder.host, builder.port, builder.keyStore);
    path = builder.path;
  }

  /** Starts from a server on {@code 127.0.0.1}, any free port, path {@code /mcp}. */
  public static Builder builder(McpServer server) {
    return new Builder(server);
  }

  /**
   * Binds the port and begins to serve.
   *
   * @throws ConfigException when the port cannot be bound; nothing is left behind then
   */
  public HttpServer start() {
    try {
      jetty.start();
    } catch (RuntimeException e) {
      ready.completeExceptionally(e);
      throw e;
    }
    endpoint.start();
    ready.complete(uri());
    return this;
  }

  /** Where clients reach it. To be asked after the start. */
  public URI uri() {
    return jetty.uri(path);
  }

  /** The port that it listens on. To be asked after the start. */
  public int port() {
    return jetty.port();
  }

  /** Completed with its address once it accepts connections. */
  public CompletableFuture<URI> ready() {
    return ready.copy();
  }

  McpEndpoint endpoint() {
    return endpoint;
  }

  /** Waits until it has been closed. */
  public void awaitClose() throws InterruptedException {
    try {
      closed.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("It is never completed so", e);
    }
  }

  /** Ends everything, as the class comment says; returns when it has ended. */
  @Override
  public void close() {
    synchronized (closing) {
      if (!closed.isDone()) {
        endpoint.close();
        jetty.stop();
        closed.complete(null);
      }
    }
  }

  /** Describes a server. */
  public static final class Builder {
    private final McpServer server;
    private final HttpOptions.Builder options = HttpOptions.builder();
    private String host = "127.0.0.1";
    private int port;
    private String path = "/mcp";
    private Optional<KeyStore> keyStore = Optional.empty();
    private Optional<Supplier<String>> metricsPage = Optional.empty();

    private Builder(McpServer server) {
      this.server = requireNonNull(server);
    }

    /** Where to listen; port 0 is any free one. */
    public Builder address(String newHost, int newPort) {
      host = requireNonNull(newHost);
      port = newPort;
      return this;
    }

    /** The path of the endpoint, {@code /mcp} by default. */
    public Builder path(String newPath) {
      if (!newPath.startsWith("/") || newPath.equals("/healthz") || newPath.equals("/readyz")) {
        throw new IllegalArgumentException(
            "\"" + newPath + "\" cannot be the path. It has to begin with / and be free.");
      }
      path = newPath;
      return this;
    }

    /** Who may come in, by name, and the secret that each shows as a bearer token. */
    public Builder tokens(Map<String, String> secretsByName) {
      options.putAllTokens(secretsByName);
      return this;
    }

    /** Lets anybody in from other machines, without tokens. */
    public Builder anonymousOffLoopback() {
      options.anonymousOffLoopback(true);
      return this;
    }

    /**
     * Serves HTTPS.
     *
     * @param certificateChainPem the server's certificate, then those of its issuers
     * @param privateKeyPem the key, PKCS#8 without password, RSA or EC
     * @throws ConfigException when they cannot be used
     */
    public Builder tls(Path certificateChainPem, Path privateKeyPem) {
      keyStore = Optional.of(Tls.keyStore(certificateChainPem, privateKeyPem));
      return this;
    }

    /** Bounds other than the defaults. */
    public Builder limits(HttpLimits limits) {
      options.limits(limits);
      return this;
    }

    /** Names that clients may use for it; see {@link HttpOptions#allowedHosts}. */
    public Builder allowedHosts(String... hosts) {
      options.addAllowedHosts(hosts);
      return this;
    }

    /** Web origins that may call; see {@link HttpOptions#allowedOrigins}. */
    public Builder allowedOrigins(String... origins) {
      options.addAllowedOrigins(origins);
      return this;
    }

    /** Counts in that registry, and shows that page at {@code /metrics}. */
    public Builder metrics(MeterRegistry registry, Supplier<String> page) {
      options.meterRegistry(registry);
      metricsPage = Optional.of(page);
      return this;
    }

    private InetAddress resolved() {
      try {
        return InetAddress.getByName(host);
      } catch (UnknownHostException e) {
        throw new ConfigException(
            "The address \"" + host + "\" is unknown here. Use one of this machine.");
      }
    }

    /**
     * Makes the server; no thread starts yet.
     *
     * @throws ConfigException when it would be open to other machines without tokens
     */
    public HttpServer build() {
      return new HttpServer(this);
    }

    /** Makes the server and starts it. */
    public HttpServer start() {
      return build().start();
    }
  }
}

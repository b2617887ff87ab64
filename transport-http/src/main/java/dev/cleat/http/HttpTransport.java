// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.TransportProvider;
import java.net.URI;
import java.util.Locale;

/**
 * Reaches servers that have a URL, over Streamable HTTP in both eras, and over the older HTTP+SSE
 * where a server speaks nothing newer.
 *
 * <p>Opening a connection says nothing yet, so it succeeds whether the server is there or not. All
 * connections of one transport share a pool of TCP connections and a few threads, which are there
 * while at least one is open: so make one transport and open many. Certificates are checked against
 * the trust store of the JDK. Redirects are not followed, because the headers of a definition
 * belong to its URL; proxies, cookies and compression are not used.
 *
 * <p><b>Errors.</b> What HTTP itself refuses is a JSON-RPC error of code -31002, with the status as
 * {@code data.status}. A request that certainly was not executed (nobody listens, the server is too
 * busy, the session is gone) fails as not sent.
 */
public final class HttpTransport implements TransportProvider {
  private final SharedHttpClient plain = new SharedHttpClient(false);
  private final SharedHttpClient secure = new SharedHttpClient(true);

  /** Made by {@link java.util.ServiceLoader}, or by hand. */
  public HttpTransport() {}

  @Override
  public String name() {
    return "http";
  }

  @Override
  public boolean handles(ClientDefinition definition) {
    return definition.url().map(URI::getScheme).filter(HttpTransport::isHttp).isPresent();
  }

  @Override
  public Connection open(String label, ClientDefinition definition, Limits limits) {
    URI url =
        definition
            .url()
            .filter(given -> given.getScheme() != null && isHttp(given.getScheme()))
            .orElseThrow(
                () ->
                    new McpException.ConnectFailed(
                        label + " has no URL that begins with http:// or https://.", null));
    Endpoint endpoint = Endpoint.of(label, url, definition.headers());
    boolean tls = url.getScheme().toLowerCase(Locale.ROOT).equals("https");
    return new HttpConnection(label, endpoint, tls ? secure : plain, limits);
  }

  private static boolean isHttp(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return lower.equals("http") || lower.equals("https");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.McpException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;

/**
 * Where one server is, and what every request to it says: the configured headers, and in the older
 * era the session and the revision, once they are known. Thread-safe.
 */
final class Endpoint {
  /** Set here, or by HTTP itself; a second value would contradict. In lower case. */
  private static final Set<String> RESERVED =
      Set.of(
          "accept",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "last-event-id",
          "mcp-method",
          "mcp-name",
          "mcp-protocol-version",
          "mcp-session-id",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final int MAX_SESSION_ID_CHARS = 1_024;

  /** From this revision on, requests of the older era say which revision was agreed on. */
  private static final String SAYS_REVISION = "2025-06-18";

  private static final HttpField ACCEPT_BOTH =
      new PreEncodedHttpField(HttpHeader.ACCEPT, HttpWire.JSON + ", " + HttpWire.EVENT_STREAM);
  private static final HttpField ACCEPT_EVENTS =
      new PreEncodedHttpField(HttpHeader.ACCEPT, HttpWire.EVENT_STREAM);

  private final URI url;
  private final HttpFields configured;

  // Where to POST: the URL, until a server of the oldest revision names another place.
  private volatile URI postUrl;
  private volatile @Nullable String session;
  private volatile @Nullable String revision;

  private Endpoint(URI url, HttpFields configured) {
    this.url = url;
    this.configured = configured;
    postUrl = url;
  }

  /**
   * @throws McpException.ConnectFailed when the URL or a header cannot be used
   */
  static Endpoint of(String label, URI url, Map<String, String> headers) {
    if (url.getHost() == null) {
      throw wrong(label, "its URL names no host.");
    }
    if (url.getRawUserInfo() != null) {
      throw wrong(label, "its URL holds credentials. Put them into a header instead.");
    }
    HttpFields.Mutable fields = HttpFields.build();
    headers.forEach(
        (name, value) -> {
          if (!ToolHeaders.isToken(name)) {
            throw wrong(label, "the name of a header is no HTTP token.");
          }
          String lower = name.toLowerCase(Locale.ROOT);
          if (RESERVED.contains(lower) || lower.startsWith("mcp-param-")) {
            throw wrong(label, "the header " + name + " is set by this client itself. Remove it.");
          }
          if (!value.chars().allMatch(c -> c == '\t' || c >= ' ' && c <= '~')) {
            throw wrong(
                label, "the value of the header " + name + " has to be one line of plain ASCII.");
          }
          fields.add(name, value);
        });
    try {
      URI clean =
          new URI(url.getScheme().toLowerCase(Locale.ROOT) + ":" + url.getRawSchemeSpecificPart());
      return new Endpoint(clean, fields.asImmutable());
    } catch (URISyntaxException e) {
      throw wrong(label, "its URL cannot be used.");
    }
  }

  /** Scheme, host and port, which is what may be shown: the rest may hold a secret. */
  String origin() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  /** A request that carries one message. */
  Request post(HttpClient client, byte[] json, Map<String, String> headers, boolean inSession) {
    return client
        .newRequest(postUrl)
        .method(HttpMethod.POST)
        .idleTimeout(0, java.util.concurrent.TimeUnit.MILLISECONDS)
        .headers(
            fields -> {
              fields.add(configured).add(ACCEPT_BOTH);
              if (inSession) {
                addSession(fields);
              }
              headers.forEach(fields::put);
            })
        .body(new BytesRequestContent(HttpWire.JSON, json));
  }

  /** A request for an event stream. */
  Request listen(HttpClient client, @Nullable String lastEventId) {
    return client
        .newRequest(url)
        .method(HttpMethod.GET)
        .idleTimeout(0, java.util.concurrent.TimeUnit.MILLISECONDS)
        .headers(
            fields -> {
              fields.add(configured).add(ACCEPT_EVENTS);
              addSession(fields);
              if (lastEventId != null) {
                fields.put(HttpWire.LAST_EVENT_ID, lastEventId);
              }
            });
  }

  /** A request that ends the session. */
  Request delete(HttpClient client) {
    return client
        .newRequest(url)
        .method(HttpMethod.DELETE)
        .headers(
            fields -> {
              fields.add(configured).add(ACCEPT_BOTH);
              addSession(fields);
            });
  }

  private void addSession(HttpFields.Mutable fields) {
    String id = session;
    if (id != null) {
      fields.put(HttpWire.SESSION_ID, id);
    }
    String agreed = revision;
    if (agreed != null && agreed.compareTo(SAYS_REVISION) >= 0) {
      fields.put(HttpWire.PROTOCOL_VERSION, agreed);
    }
  }

  /** Takes the session that the server has begun, unless its id may not stand in a header. */
  void sessionIs(@Nullable String sessionId) {
    if (sessionId != null
        && !sessionId.isEmpty()
        && sessionId.length() <= MAX_SESSION_ID_CHARS
        && isVisible(sessionId)) {
      session = sessionId;
    }
  }

  /** Takes the revision that the answer to {@code initialize} names. */
  void revisionIs(@Nullable Object protocolVersion) {
    if (protocolVersion instanceof String text && isVisible(text)) {
      revision = text;
    }
  }

  boolean hasSession() {
    return session != null;
  }

  void forgetSession() {
    session = null;
  }

  /**
   * Takes another place for POSTs, named by the server.
   *
   * @throws IllegalArgumentException when it is none, or on another origin, which must not get the
   *     headers of this one
   */
  void postTo(String reference) {
    URI named = url.resolve(reference.strip());
    if (!sameOrigin(named)) {
      throw new IllegalArgumentException("It is on another origin than " + origin());
    }
    postUrl = named;
  }

  private boolean sameOrigin(URI other) {
    return url.getScheme().equalsIgnoreCase(other.getScheme())
        && url.getHost().equalsIgnoreCase(other.getHost())
        && port(url) == port(other);
  }

  private static int port(URI uri) {
    return uri.getPort() != -1 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }

  private static boolean isVisible(String text) {
    return text.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private static McpException.ConnectFailed wrong(String label, String problem) {
    return new McpException.ConnectFailed(label + " cannot be connected to: " + problem, null);
  }
}

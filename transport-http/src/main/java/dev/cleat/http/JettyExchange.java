// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A request to Jetty's own, non-blocking API. */
final class JettyExchange extends ServerExchange {
  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, HttpWire.JSON);

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final boolean local;

  JettyExchange(
      Request request, Response response, Callback callback, boolean local, Meters meters) {
    super(request.getMethod(), meters);
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.local = local;
  }

  @Override
  @Nullable String header(String name) {
    String first = null;
    StringBuilder joined = null;
    for (HttpField field : request.getHeaders()) {
      if (field.is(name)) {
        String value = field.getValue() == null ? "" : field.getValue();
        if (first == null) {
          first = value;
        } else {
          joined = (joined == null ? new StringBuilder(first) : joined).append(", ").append(value);
        }
      }
    }
    return joined == null ? first : joined.toString();
  }

  @Override
  Object remoteAddress() {
    SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress()
        : "unknown";
  }

  @Override
  boolean isLocal() {
    return local;
  }

  @Override
  void setHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }

  @Override
  void writeWhole(int status, @Nullable String contentType, byte[] body) {
    response.setStatus(status);
    if (contentType != null && contentType.equals(HttpWire.JSON)) {
      response.getHeaders().put(JSON);
    } else if (contentType != null) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    }
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  @Override
  void prepareStream(String contentType) {
    response.setStatus(200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
  }

  @Override
  void write(byte[] bytes, boolean last, Completion completion) {
    response.write(
        last,
        ByteBuffer.wrap(bytes),
        new Callback() {
          @Override
          public void succeeded() {
            if (last) {
              callback.succeeded();
            }
            completion.completed(null);
          }

          @Override
          public void failed(Throwable cause) {
            callback.failed(cause);
            completion.completed(cause);
          }
        });
  }
}

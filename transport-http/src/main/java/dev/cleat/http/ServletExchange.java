// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** A request to a servlet container. */
final class ServletExchange extends ServerExchange {
  private final AsyncContext async;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private @Nullable ServletWriter writer;

  ServletExchange(
      AsyncContext async, HttpServletRequest request, HttpServletResponse response, Meters meters) {
    super(request.getMethod(), meters);
    this.async = async;
    this.request = request;
    this.response = response;
  }

  /** Runs something in a thread of the container. */
  void execute(Runnable task) {
    async.start(task);
  }

  @Override
  @Nullable String header(String name) {
    Enumeration<String> values = request.getHeaders(name);
    if (values == null || !values.hasMoreElements()) {
      return null;
    }
    String first = values.nextElement();
    if (!values.hasMoreElements()) {
      return first.strip();
    }
    StringBuilder joined = new StringBuilder(first);
    while (values.hasMoreElements()) {
      joined.append(", ").append(values.nextElement());
    }
    return joined.toString();
  }

  @Override
  Object remoteAddress() {
    return String.valueOf(request.getRemoteAddr());
  }

  @Override
  boolean isLocal() {
    try {
      String address = request.getLocalAddr();
      return address != null && InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  String containerPrincipal() {
    Principal principal = request.getUserPrincipal();
    return principal == null || principal.getName() == null ? "" : principal.getName();
  }

  @Override
  void setHeader(String name, String value) {
    response.setHeader(name, value);
  }

  @Override
  void writeWhole(int status, @Nullable String contentType, byte[] body) {
    response.setStatus(status);
    if (contentType != null) {
      response.setContentType(contentType);
    }
    response.setContentLength(body.length);
    if (body.length > response.getBufferSize()) {
      write(body, true, failure -> {});
      return;
    }
    try {
      response.getOutputStream().write(body);
    } catch (IOException gone) {
      // Whoever is gone needs no answer.
    } finally {
      async.complete();
    }
  }

  @Override
  void prepareStream(String contentType) {
    response.setStatus(HttpServletResponse.SC_OK);
    response.setContentType(contentType);
  }

  /** Never called at the same time by two: the next write comes after the last one has ended. */
  @Override
  void write(byte[] bytes, boolean last, Completion completion) {
    ServletWriter to = writer;
    if (to == null) {
      try {
        to = new ServletWriter(async, response.getOutputStream());
      } catch (IOException gone) {
        async.complete();
        completion.completed(gone);
        return;
      }
      writer = to;
    }
    to.write(bytes, last, completion);
  }
}

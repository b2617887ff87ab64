// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static java.util.Objects.requireNonNull;

import dev.cleat.mcp.McpServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Serves an {@link McpServer} from a servlet container, as {@link HttpServer} does: both eras of
 * the protocol at the one path that the servlet is mapped to. Probes and TLS are the container's
 * part.
 *
 * <p>It has to be registered with {@code asyncSupported}. A user whom the container has
 * authenticated needs no token, and is the owner of the sessions that it begins.
 *
 * <p><b>Threads.</b> None of the container's is held while a call waits for something.
 *
 * <p><b>Life cycle.</b> {@link #destroy} closes the server behind it, which gives the running calls
 * its grace time.
 */
public final class McpServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  // A servlet is serializable by an accident of history; no container does it.
  private final transient McpEndpoint endpoint;

  /** Serves that server, which it takes over. */
  public McpServlet(McpServer server, HttpOptions options) {
    endpoint = new McpEndpoint(requireNonNull(server), requireNonNull(options));
  }

  @Override
  public void init() {
    endpoint.start();
  }

  @Override
  public void destroy() {
    endpoint.close();
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (!request.isAsyncSupported()) {
      throw new ServletException(
          "The MCP servlet has to be registered with asyncSupported, as have all filters before"
              + " it.");
    }
    AsyncContext async = request.startAsync();
    async.setTimeout(0); // The endpoint has bounds of its own.
    ServletExchange exchange = new ServletExchange(async, request, response, endpoint.meters());
    String principal = endpoint.head(exchange);
    if (principal != null) {
      new ServletBody(endpoint, exchange, request, principal).read();
    }
  }
}

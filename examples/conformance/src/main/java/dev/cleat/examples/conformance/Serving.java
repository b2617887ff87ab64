// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.http.HttpServer;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;

/** The way to a server: the standard streams, or HTTP when there is a port. */
final class Serving {
  private Serving() {}

  /**
   * Serves until the client leaves, or over HTTP until the process is told to end.
   *
   * @param arguments nothing, or the port; 0 takes a free one
   */
  static void serve(McpServer server, String[] arguments) throws InterruptedException {
    if (arguments.length == 0) {
      server.serve(Stdio.standard());
      return;
    }
    HttpServer http =
        HttpServer.builder(server).address("127.0.0.1", Integer.parseInt(arguments[0])).start();
    Runtime.getRuntime().addShutdownHook(new Thread(http::close, "close-http"));
    System.out.println(http.uri());
    http.awaitClose();
  }
}

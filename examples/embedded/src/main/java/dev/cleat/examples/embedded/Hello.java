// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.embedded;

import dev.cleat.Doc;
import dev.cleat.RequestContext;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;

/** A server of one tool, over the standard streams. */
public final class Hello {
  private Hello() {}

  // snippet: hello
  record Guest(@Doc("Who to greet.") String name) {}

  record Greeting(String text) {}

  static Greeting greet(Guest guest, RequestContext call) {
    return new Greeting("Hello, " + guest.name());
  }

  public static void main(String[] args) throws InterruptedException {
    var builder = McpServer.builder();
    builder.tool("hello", "Greets one person.", Guest.class, Greeting.class, Hello::greet);
    try (var server = builder.build()) {
      server.serve(Stdio.standard());
    }
  }
  // end
}

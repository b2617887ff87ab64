// SPDX-License-Identifier: Apache-2.0
/** MCP over Streamable HTTP: server, servlet and client. */
module dev.cleat.http {
  requires transitive dev.cleat;
  requires micrometer.core;
  requires org.eclipse.jetty.client;
  requires org.eclipse.jetty.server;
  requires static jakarta.servlet;
  requires static org.immutables.value;

  exports dev.cleat.http;

  provides dev.cleat.spi.TransportProvider with
      dev.cleat.http.HttpTransport;
}

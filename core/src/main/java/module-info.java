// SPDX-License-Identifier: Apache-2.0
/** The vocabulary, the plugin contracts and the MCP session layer of Cleat. */
module dev.cleat {
  requires com.fasterxml.jackson.core;
  requires transitive org.jspecify;
  // Only where a schema is written by hand; it has no module name of its own.
  requires static json.schema;
  requires static org.immutables.value;

  exports dev.cleat;
  exports dev.cleat.mcp;
  exports dev.cleat.spi;

  uses dev.cleat.spi.ClientSource;
  uses dev.cleat.spi.ToolProvider;
  uses dev.cleat.spi.TransportProvider;
}

// SPDX-License-Identifier: Apache-2.0
/** The vocabulary, the plugin contracts and the MCP session layer of Cleat. */
module dev.cleat {
  requires com.fasterxml.jackson.core;
  requires transitive org.jspecify;
  requires static org.immutables.value;

  exports dev.cleat;
  exports dev.cleat.mcp;
  exports dev.cleat.spi;

  uses dev.cleat.spi.ClientSource;
  uses dev.cleat.spi.ToolProvider;
  uses dev.cleat.spi.TransportProvider;
}

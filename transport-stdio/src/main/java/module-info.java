// SPDX-License-Identifier: Apache-2.0
/** MCP over the standard streams, of this process and of child processes. */
module dev.cleat.stdio {
  requires transitive dev.cleat;

  exports dev.cleat.stdio;

  provides dev.cleat.spi.TransportProvider with
      dev.cleat.stdio.CommandTransport;
}

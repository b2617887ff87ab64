// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpClientBuilder;

/** The two ways in which MCP is spoken. A tool has to work in both, and mostly does by itself. */
public enum Era {
  /** Up to revision 2025-11-25: a session begins with a handshake. */
  HANDSHAKE {
    @Override
    McpClient connect(McpClientBuilder client) {
      return client.handshakeOnly().connect();
    }
  },
  /** From revision 2026-07-28 on: every request stands for itself. */
  STATELESS {
    @Override
    McpClient connect(McpClientBuilder client) {
      return client.connect();
    }
  };

  abstract McpClient connect(McpClientBuilder client);
}

// SPDX-License-Identifier: Apache-2.0
/**
 * MCP itself, over any {@link dev.cleat.spi.Connection}: {@link dev.cleat.mcp.McpServer} serves
 * tools, {@link dev.cleat.mcp.McpClient} calls them, both in both eras of the protocol.
 */
@NullMarked
package dev.cleat.mcp;

import org.jspecify.annotations.NullMarked;

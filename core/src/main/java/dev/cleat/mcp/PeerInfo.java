// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Optional;

/**
 * Who is at the other end, as it says itself; nothing proves it.
 *
 * @param name its name, not unique
 * @param version its version
 * @param protocolVersion the revision of MCP that is spoken with it; empty inside the process
 * @param instructions what it wants a model to know
 */
public record PeerInfo(
    String name, String version, String protocolVersion, Optional<String> instructions) {}

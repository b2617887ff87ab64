// SPDX-License-Identifier: Apache-2.0
/** MCP over Streamable HTTP, in both eras of the protocol: server, servlet and client. */
@NullMarked
@ImmutablesStyle
package dev.cleat.http;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The registry: MCP clients by namespace. A client is replaced by connecting the new one first,
 * then swapping, then letting the old one finish its calls.
 */
@NullMarked
@ImmutablesStyle
package dev.cleat.registry;

import org.jspecify.annotations.NullMarked;

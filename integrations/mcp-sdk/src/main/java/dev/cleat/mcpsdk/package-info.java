// SPDX-License-Identifier: Apache-2.0
/**
 * Between Cleat and the official MCP Java SDK ({@code io.modelcontextprotocol.sdk}), in both
 * directions:
 *
 * <ul>
 *   <li>{@link dev.cleat.mcpsdk.SdkClient}: a client of the SDK, used as one of Cleat's;
 *   <li>{@link dev.cleat.mcpsdk.SdkTools}: tools, prompts and resources of Cleat, served by a
 *       server of the SDK.
 * </ul>
 *
 * <p>Both translate whole messages by the SDK's own JSON mapper, and leave it to Cleat's session to
 * read and write them. So the application needs one of the SDK's JSON modules, {@code
 * mcp-json-jackson2} or {@code mcp-json-jackson3}. Nothing of Reactor shows.
 */
@NullMarked
package dev.cleat.mcpsdk;

import org.jspecify.annotations.NullMarked;

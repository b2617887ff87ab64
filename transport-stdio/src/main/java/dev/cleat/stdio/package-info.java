// SPDX-License-Identifier: Apache-2.0
/**
 * MCP over streams: one JSON message a line. {@link dev.cleat.stdio.Stdio} is this process's own
 * standard streams, {@link dev.cleat.stdio.CommandTransport} starts servers as child processes.
 *
 * <p>Threads of a connection: a reader, which also runs what a message asks for; a watch, which
 * replaces a reader that is held up; for a child also a writer and one that drains its error
 * output.
 */
@NullMarked
package dev.cleat.stdio;

import org.jspecify.annotations.NullMarked;

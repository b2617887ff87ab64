// SPDX-License-Identifier: Apache-2.0
/**
 * The vocabulary of Cleat: what a tool is, how it is called, how it answers, and how it fails.
 *
 * <p>Everything here is a value or a contract; nothing here opens a connection or starts a thread.
 * JSON appears as plain Java values ({@code Map}, {@code List}, {@code String}, {@code Number},
 * {@code Boolean}), so that no JSON library is part of the API.
 */
@NullMarked
@ImmutablesStyle
package dev.cleat;

import org.jspecify.annotations.NullMarked;

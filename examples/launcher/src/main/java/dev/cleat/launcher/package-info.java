// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code cleat} command. {@link dev.cleat.launcher.Cleat} is its beginning; each subcommand is
 * one class; {@link dev.cleat.launcher.Launch} is what they share, wired with Guice.
 */
@NullMarked
package dev.cleat.launcher;

import org.jspecify.annotations.NullMarked;

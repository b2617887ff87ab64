// SPDX-License-Identifier: Apache-2.0
/**
 * Binds an {@link dev.cleat.registry.McpRegistry} in a Guice application: {@link
 * dev.cleat.guice.McpModule} makes it, {@link dev.cleat.guice.McpBinder} says what it holds.
 */
@NullMarked
package dev.cleat.guice;

import org.jspecify.annotations.NullMarked;

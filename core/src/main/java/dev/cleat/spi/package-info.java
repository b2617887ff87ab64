// SPDX-License-Identifier: Apache-2.0
/**
 * What can be plugged in: tools ({@link dev.cleat.spi.ToolProvider}), ways to reach a server
 * ({@link dev.cleat.spi.TransportProvider}), and knowledge of which servers there should be ({@link
 * dev.cleat.spi.ClientSource}). All are found by {@link java.util.ServiceLoader}, and all can be
 * made by hand.
 */
@NullMarked
@ImmutablesStyle
package dev.cleat.spi;

import org.jspecify.annotations.NullMarked;

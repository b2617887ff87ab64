// SPDX-License-Identifier: Apache-2.0
/**
 * The smallest servers and clients on the public API, for conformance suites and load generators.
 */
@NullMarked
package dev.cleat.examples.conformance;

import org.jspecify.annotations.NullMarked;

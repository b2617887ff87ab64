// SPDX-License-Identifier: Apache-2.0
/** What the registry costs, measured with JMH through its public API. */
@NullMarked
package dev.cleat.benchmarks;

import org.jspecify.annotations.NullMarked;

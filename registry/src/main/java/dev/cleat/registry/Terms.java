// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;

/**
 * How a client is held.
 *
 * @param bareNames whether its tools keep their own names
 * @param gate how many calls it gets
 * @param callLimit how long a call may take that does not say so itself
 */
record Terms(boolean bareNames, GateSettings gate, Duration callLimit) {}

// SPDX-License-Identifier: Apache-2.0
/**
 * GPU tools: what NVIDIA GPUs a machine has, whether they are well, and what the kernel log says
 * about them.
 *
 * <p>{@link dev.cleat.nvml.NvmlToolProvider} is the door; everything else is behind it. Reading
 * (the seam {@code Nvml}), judging ({@code HealthRules}, a pure function) and telling (the tools)
 * are kept apart, and a simulated machine stands behind the same seam as a real one. Every answer
 * says which of the two it comes from.
 */
@NullMarked
package dev.cleat.nvml;

import org.jspecify.annotations.NullMarked;

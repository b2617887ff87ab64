// SPDX-License-Identifier: Apache-2.0

/** Tools for Ray clusters, and the seam by which a cluster is reached. */
@NullMarked
package dev.cleat.ray;

import org.jspecify.annotations.NullMarked;

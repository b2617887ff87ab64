// SPDX-License-Identifier: Apache-2.0
/** Cleat inside an application: a registry that calls other servers, and a server of one tool. */
@NullMarked
package dev.cleat.examples.embedded;

import org.jspecify.annotations.NullMarked;

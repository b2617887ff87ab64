// SPDX-License-Identifier: Apache-2.0
/** A plugin: one provider of tools in a jar of its own. */
@NullMarked
package dev.cleat.examples.plugin;

import org.jspecify.annotations.NullMarked;

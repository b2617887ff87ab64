// SPDX-License-Identifier: Apache-2.0
package dev.cleat.guice;

import dev.cleat.registry.McpRegistry;

/** Something that a registry holds from its start. Each is a binding of its own. */
@FunctionalInterface
interface Registration {
  void enter(McpRegistry registry);
}

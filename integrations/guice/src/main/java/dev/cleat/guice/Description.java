// SPDX-License-Identifier: Apache-2.0
package dev.cleat.guice;

import dev.cleat.registry.RegistryBuilder;

/** Something that is said of a registry while it is made. Each is a binding of its own. */
@FunctionalInterface
interface Description {
  void describe(RegistryBuilder registry);
}

// SPDX-License-Identifier: Apache-2.0
/** Many MCP clients under namespaces, replaced without losing a call. */
module dev.cleat.registry {
  requires transitive dev.cleat;
  requires static org.immutables.value;

  exports dev.cleat.registry;
}

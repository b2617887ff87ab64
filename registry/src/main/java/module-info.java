// SPDX-License-Identifier: Apache-2.0
/** Many MCP clients under namespaces, replaced without losing a call. */
module dev.cleat.registry {
  requires transitive dev.cleat;
  requires org.apache.lucene.core;
  requires static micrometer.core;
  requires static org.immutables.value;

  exports dev.cleat.registry;

  // The arguments and the answer of search_tools are records.
  opens dev.cleat.registry to
      dev.cleat;
}

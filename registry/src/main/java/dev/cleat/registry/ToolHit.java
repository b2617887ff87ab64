// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.Namespace;
import dev.cleat.Tool;

/**
 * A tool that a search has found. Immutable.
 *
 * @param name what to call it by
 * @param tool what its server tells of it, under that name
 * @param namespace whose tool it is
 * @param generation the client that offered it, as {@link RegistrySnapshot} numbers them; a later
 *     one may not have it any more
 * @param score above 0, and the higher the better; only good to compare hits of one search
 */
public record ToolHit(String name, Tool tool, Namespace namespace, long generation, double score) {
  /** Checks that all is there. */
  public ToolHit {
    requireNonNull(name, "name");
    requireNonNull(tool, "tool");
    requireNonNull(namespace, "namespace");
  }
}

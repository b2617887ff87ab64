// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Optional;

/**
 * The name of a tool within a registry: {@code namespace__tool}.
 *
 * @param namespace whose tool it is
 * @param tool what its own server calls it
 */
public record ToolName(Namespace namespace, String tool) {
  /** What stands between the two parts. A namespace never contains it, so the first one counts. */
  public static final String SEPARATOR = "__";

  /** The two parts of a qualified name, or nothing when it is not one. */
  public static Optional<ToolName> parse(String qualified) {
    int at = qualified.indexOf(SEPARATOR);
    if (at < 1 || at + SEPARATOR.length() >= qualified.length()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ToolName(
              Namespace.of(qualified.substring(0, at)),
              qualified.substring(at + SEPARATOR.length())));
    } catch (IllegalArgumentException notANamespace) {
      return Optional.empty();
    }
  }

  /** {@code namespace__tool}. */
  public String qualified() {
    return namespace.value() + SEPARATOR + tool;
  }

  @Override
  public String toString() {
    return qualified();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/** Hears that what a server offers has changed. Called from any thread; has to return soon. */
@FunctionalInterface
public interface ChangeListener {
  /** The lists that a server offers. */
  enum Catalog {
    /** Tools. */
    TOOLS,
    /** Prompts. */
    PROMPTS,
    /** Resources, and their templates. */
    RESOURCES
  }

  /** A list is another one now. */
  void changed(Catalog catalog);

  /**
   * What a resource holds is something else now. Only heard of resources that are subscribed to.
   */
  default void updated(String resourceUri) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener;

/** Who wants to know what becomes of clients. Called from any thread, never under a lock. */
interface Watcher {
  /** One is current now. */
  void connected(Generation generation);

  /** The tools of the registry are others. */
  void toolsChanged();

  /** A client says that something other than its tools has changed. */
  void changed(Generation generation, ChangeListener.Catalog catalog);

  /** A client says that what a resource holds has changed. */
  void updated(Generation generation, String resourceUri);

  /** Whether somebody wants to hear from one though nobody calls it. */
  boolean isListenedTo(Generation generation);

  /** The connection of one that was current is gone. */
  void lost(Generation generation);
}

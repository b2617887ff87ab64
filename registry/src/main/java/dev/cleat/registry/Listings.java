// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener;
import dev.cleat.McpException;
import dev.cleat.Tool;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Asks clients for their tools: once before they become current, and again whenever they say that
 * the tools have changed. However often one says so while it is being asked, that costs one more
 * asking.
 */
final class Listings {
  private static final Logger LOG = System.getLogger(Listings.class.getName());

  private final Background background;
  private final Watcher watcher;
  private final BiConsumer<Generation, Listing> publish;

  /**
   * @param publish makes a list the current one, if its generation still is
   */
  Listings(Background background, Watcher watcher, BiConsumer<Generation, Listing> publish) {
    this.background = background;
    this.watcher = watcher;
    this.publish = publish;
  }

  /**
   * The tools of a client that is to become current.
   *
   * @throws McpException.ConnectFailed when it does not tell
   */
  static Listing first(Generation generation) {
    try {
      return list(generation);
    } catch (McpException.Cancelled e) {
      throw e;
    } catch (McpException e) {
      throw new McpException.ConnectFailed(
          "\""
              + generation.namespace()
              + "\" is connected, and does not list its tools. "
              + e.getMessage(),
          e);
    }
  }

  private static Listing list(Generation generation) {
    List<Tool> tools = generation.client().listTools();
    return Listing.of(generation.namespace(), tools, generation.bareNames());
  }

  /** Hears what a client says of itself. */
  ChangeListener changesOf(Generation generation) {
    return new ChangeListener() {
      @Override
      public void changed(Catalog catalog) {
        if (catalog == Catalog.TOOLS) {
          generation.toolsChanged();
          refreshLater(generation);
        } else {
          watcher.changed(generation, catalog);
        }
      }

      @Override
      public void updated(String resourceUri) {
        watcher.updated(generation, resourceUri);
      }
    };
  }

  void refreshLater(Generation generation) {
    background.once(generation, () -> refresh(generation));
  }

  private void refresh(Generation generation) {
    if (!generation.tryAcquire()) {
      return;
    }
    try {
      publish.accept(generation, list(generation));
    } catch (McpException lost) {
      // Nothing is wrong here: its tools stay listed, and the next call shows what it can do.
      LOG.log(Level.INFO, () -> generation + " did not list its tools again: " + lost.getMessage());
    } finally {
      generation.release();
    }
  }
}

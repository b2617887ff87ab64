// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ChangeListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Those who want to hear of changes. One that throws does not keep the others from hearing. */
final class ChangeListeners implements ChangeListener {
  private static final Logger LOG = System.getLogger(ChangeListeners.class.getName());

  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  void add(ChangeListener listener) {
    listeners.add(listener);
  }

  boolean isEmpty() {
    return listeners.isEmpty();
  }

  @Override
  public void changed(Catalog catalog) {
    each(listener -> listener.changed(catalog));
  }

  @Override
  public void updated(String resourceUri) {
    each(listener -> listener.updated(resourceUri));
  }

  private void each(Consumer<ChangeListener> tell) {
    for (ChangeListener listener : listeners) {
      try {
        tell.accept(listener);
      } catch (RuntimeException | Error fault) {
        LOG.log(Level.WARNING, "A listener for changes failed", fault);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent;
import dev.cleat.registry.RegistryListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Tells a person which servers cannot be connected: once for each reason, not for each attempt. */
final class UpstreamNews implements RegistryListener {
  private final Consumer<String> tell;

  // What was told last of each, until it is connected.
  private final Map<Namespace, String> told = new ConcurrentHashMap<>();

  UpstreamNews(Consumer<String> tell) {
    this.tell = tell;
  }

  @Override
  public void onEvent(RegistryEvent event) {
    switch (event.kind()) {
      case READY, REMOVED -> told.remove(event.namespace());
      case CONNECT_FAILED, NEEDS_AUTH -> tellOnce(event, event.detail());
      case CRASH_LOOP ->
          tellOnce(
              event,
              event.detail()
                  + " It has failed several times in a row, and is tried now and then from here"
                  + " on.");
      default -> {
        // Nothing that a person has to do something about.
      }
    }
  }

  private void tellOnce(RegistryEvent event, String news) {
    if (!news.equals(told.put(event.namespace(), news))) {
      tell.accept(news);
    }
  }
}

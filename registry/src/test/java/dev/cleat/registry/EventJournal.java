// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.registry.RegistryEvent.Kind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told, for tests to look at and wait for. */
final class EventJournal implements RegistryListener {
  private final List<RegistryEvent> told = new CopyOnWriteArrayList<>();

  @Override
  public void onEvent(RegistryEvent event) {
    told.add(event);
  }

  List<RegistryEvent> told() {
    return told;
  }

  List<RegistryEvent> of(String namespace) {
    return told.stream().filter(event -> event.namespace().value().equals(namespace)).toList();
  }

  long count(String namespace, Kind kind) {
    return of(namespace).stream().filter(event -> event.kind() == kind).count();
  }

  /** Waits until so many of a kind were told. */
  void await(String namespace, Kind kind, int count) {
    Aside.until(
        namespace + " has been told to be " + kind + " " + count + " times: " + told,
        () -> count(namespace, kind) >= count);
  }
}

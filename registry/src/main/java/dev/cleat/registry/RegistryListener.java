// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

/**
 * Is told what happens to the clients of a registry.
 *
 * <p><b>Order.</b> Events of one namespace come in the order in which they happened.
 *
 * <p><b>Threads.</b> One thread at a time tells one listener, without any lock held: a listener may
 * call every method of the registry, {@link McpRegistry#close} too. It runs in a thread of the
 * registry and may take its time; others are not kept waiting by it, neither calls nor other
 * listeners.
 *
 * <p><b>Bounds.</b> For a listener that is slow or never returns, {@value #MAX_WAITING} events are
 * kept. Then the oldest are dropped, counted and logged: who must not miss a state compares with
 * {@link McpRegistry#snapshot}.
 *
 * <p><b>Errors.</b> What a listener throws reaches nobody else. It is counted, and logged the first
 * time.
 */
@FunctionalInterface
public interface RegistryListener {
  /** How many events are kept for a listener that does not keep up. */
  int MAX_WAITING = 4_096;

  /** Something has happened. */
  void onEvent(RegistryEvent event);
}

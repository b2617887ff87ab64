// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.AsyncToolHandler;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * All that the clients of a registry offer, to be served: what makes a gateway of it.
 *
 * <p>Tools and prompts of clients are called {@code namespace__name}, those of sets of this process
 * by their own names. Resources and templates keep their URIs; where several clients offer the same
 * one, the first by namespace has it, and the log says so.
 */
final class RegistryToolSet implements ToolSet {
  private static final Logger LOG = System.getLogger(RegistryToolSet.class.getName());

  private final Clients clients;
  private final Calls calls;
  private final Views views;
  private final Offers offers;
  private final Arrivals arrivals;
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  RegistryToolSet(Clients clients, Calls calls, Views views, Background background) {
    this.clients = clients;
    this.calls = calls;
    this.views = views;
    arrivals = new Arrivals(calls);
    offers = new Offers(clients, calls, background, this::tell, this::tellOfUpdate);
  }

  @Override
  public List<ServedTool> tools() {
    return clients.directory().places().stream().map(this::served).toList();
  }

  List<ServedTool> toolsOfThisProcess() {
    return clients.directory().places().stream()
        .filter(Listing.Place::ofThisProcess)
        .map(this::served)
        .toList();
  }

  /**
   * Of a client that has never been connected nothing is known; whoever calls it by name waits
   * until it is, or hears why it is not.
   */
  @Override
  public Optional<ServedTool> find(String name) {
    Optional<Listing.Place> place = clients.directory().tool(name);
    if (place.isEmpty()) {
      Optional<McpException> trouble = arrivals.await(name);
      if (trouble.isPresent()) {
        return Optional.of(Arrivals.unreachable(name, trouble.get()));
      }
      place = clients.directory().tool(name);
    }
    return place.map(this::served);
  }

  @Override
  public List<ServedPrompt> prompts() {
    return offers.settled().prompts();
  }

  @Override
  public List<ServedResource> resources() {
    return offers.settled().resources();
  }

  @Override
  public List<ServedTemplate> templates() {
    return offers.settled().templates();
  }

  /** All: what a client that comes later offers is not known when a server declares them. */
  @Override
  public Set<Catalog> catalogs() {
    return EnumSet.allOf(Catalog.class);
  }

  @Override
  public CompletableFuture<Void> subscribe(String resourceUri) {
    return offers.subscriptions().subscribe(resourceUri);
  }

  @Override
  public void unsubscribe(String resourceUri) {
    offers.subscriptions().unsubscribe(resourceUri);
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  /** What the clients say, and that a client is lost. */
  @Override
  public List<Readiness> readiness() {
    return views.readiness();
  }

  Offers offers() {
    return offers;
  }

  /** There are other tools, and maybe other clients. */
  void changed() {
    tell(EnumSet.of(Catalog.TOOLS));
    offers.changed();
  }

  /** A client is current now. */
  void connected(Generation generation) {
    offers.connected(generation);
  }

  /** A client has other prompts or resources. */
  void changed(Generation generation, Catalog catalog) {
    offers.refresh(generation);
  }

  /** What a resource holds is something else. */
  void updated(Generation generation, String resourceUri) {
    offers.subscriptions().updated(generation, resourceUri);
  }

  private void tell(Set<Catalog> catalogs) {
    catalogs.forEach(catalog -> each(listener -> listener.changed(catalog)));
  }

  private void tellOfUpdate(String resourceUri) {
    each(listener -> listener.updated(resourceUri));
  }

  /** One that throws does not keep the others from hearing. */
  private void each(Consumer<ChangeListener> tell) {
    for (ChangeListener listener : listeners) {
      try {
        tell.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "A listener for changes of a registry failed", e);
      }
    }
  }

  /** Finds the client anew for each call, so that a call goes to the current one. */
  private ServedTool served(Listing.Place place) {
    if (place.ofThisProcess()) {
      return new ServedTool(
          place.listed(),
          (call, context) -> calls.call(place.namespace(), call.withTool(place.tool())));
    }
    AsyncToolHandler forward =
        (call, context) -> RoutedCall.start(calls, place.namespace(), call.withTool(place.tool()));
    return new ServedTool(place.listed(), forward);
  }
}

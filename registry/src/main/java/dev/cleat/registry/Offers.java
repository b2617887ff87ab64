// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the clients of a registry offer besides tools: listed in the background once a client is
 * current and whenever its server says that it is something else, and kept while the client is idle
 * or connects again.
 *
 * <p><b>Threads.</b> Any thread may call any method; only {@link #settled} may wait for a server.
 */
final class Offers {
  private static final Logger LOG = System.getLogger(Offers.class.getName());

  /** How long the first list of a client may hold up who asks for all of them. */
  private static final Duration FIRST_LIST = Duration.ofSeconds(2);

  private final Clients clients;
  private final Background background;
  private final Consumer<Set<Catalog>> onChange;
  private final OfferCalls calls;
  private final OfferSubscriptions subscriptions;

  // What each listed last, kept while it is replaced or connects again. An offer gets here only
  // while its generation is current, and leaves with the namespace.
  private final Map<Namespace, Offer> offers = new ConcurrentHashMap<>();

  // By generation, what completes once it was listed for the first time.
  private final Map<Generation, Unlisted> unlisted = new ConcurrentHashMap<>();

  // Counts what has been published, so that an index knows whether it is still true.
  private final AtomicLong published = new AtomicLong();
  private volatile Cached cached;

  // What listeners have heard of; touched only by one run of tell() at a time.
  private Heard heard = new Heard(List.of(), List.of(), List.of());
  private Set<String> logged = Set.of();

  /** An index, and when it was made. */
  private record Cached(Directory directory, long published, OfferIndex index) {}

  private record Heard(
      List<Prompt> prompts, List<Resource> resources, List<ResourceTemplate> templates) {}

  /**
   * A client that was not listed yet.
   *
   * @param listed completes when it is, or has refused
   * @param until when nobody waits for that any more
   */
  private record Unlisted(CompletableFuture<Void> listed, long until) {}

  /** One key for each generation, beside the one that its tools are listed under. */
  private record Relisting(Generation generation) {}

  /**
   * @param onChange told, from a thread of the registry, which lists are others now
   * @param onUpdate told which resource holds something else now
   */
  Offers(
      Clients clients,
      Calls routes,
      Background background,
      Consumer<Set<Catalog>> onChange,
      Consumer<String> onUpdate) {
    this.clients = clients;
    this.background = background;
    this.onChange = onChange;
    calls = new OfferCalls(routes);
    subscriptions = new OfferSubscriptions(calls, background, this::index, onUpdate);
    cached = new Cached(Directory.EMPTY, 0, new OfferIndex(List.of(), this::of, calls));
  }

  /** Everything that is offered now. */
  OfferIndex index() {
    Directory directory = clients.directory();
    long now = published.get();
    Cached known = cached;
    if (known.directory() == directory && known.published() == now) {
      return known.index();
    }
    List<Generation> generations =
        directory.entries().stream().map(Directory.Entry::generation).toList();
    OfferIndex index = new OfferIndex(generations, this::of, calls);
    cached = new Cached(directory, now, index);
    return index;
  }

  private Offer of(Namespace namespace) {
    return offers.getOrDefault(namespace, Offer.NOTHING);
  }

  /** Who wants to hear of which resource. */
  OfferSubscriptions subscriptions() {
    return subscriptions;
  }

  /** Lists soon what a client offers; any number of wishes while it lists cost one more list. */
  void refresh(Generation generation) {
    background.once(new Relisting(generation), () -> list(generation));
  }

  /** A client is current: lists soon what it offers. */
  void connected(Generation generation) {
    long until = background.nanos() + FIRST_LIST.toNanos();
    unlisted.put(generation, new Unlisted(new CompletableFuture<>(), until));
    refresh(generation);
  }

  /**
   * The same, once the clients that have just become current are listed: who lists right after a
   * client was registered finds what it offers. A slow one is waited for only so long.
   */
  OfferIndex settled() {
    for (Unlisted one : unlisted.values()) {
      try {
        one.listed().get(Math.max(0, one.until() - background.nanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException | ExecutionException slow) {
        // What it offers is listed later, and told as a change.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return index();
  }

  /** Finds out soon what is different since listeners were told last, and tells them. */
  void changed() {
    background.once(this, this::tell);
  }

  private void list(Generation generation) {
    try {
      if (generation.tryAcquire()) {
        publishAndRelease(generation);
      }
    } finally {
      Unlisted waiting = unlisted.remove(generation);
      if (waiting != null) {
        waiting.listed().complete(null);
      }
    }
    subscriptions.renew();
  }

  private void publishAndRelease(Generation generation) {
    try {
      Offer before = of(generation.namespace());
      Offer now =
          new Offer(
              list(generation, "prompts", generation.client()::listPrompts, before.prompts()),
              list(generation, "resources", generation.client()::listResources, before.resources()),
              list(
                  generation,
                  "resource templates",
                  generation.client()::listResourceTemplates,
                  before.templates()));
      if (!now.equals(before) && clients.directory().isCurrent(generation)) {
        offers.put(generation.namespace(), now);
        published.incrementAndGet();
        changed();
      }
    } finally {
      generation.release();
    }
  }

  /** Asks for a list; one that is not to be had leaves what was there. */
  private static <T> List<T> list(
      Generation generation, String what, Supplier<List<T>> asking, List<T> before) {
    try {
      return asking.get();
    } catch (McpException refused) {
      LOG.log(
          Level.INFO, () -> generation + " did not list its " + what + ": " + refused.getMessage());
      return before;
    }
  }

  private void tell() {
    for (Namespace namespace : offers.keySet()) {
      offers.computeIfPresent(
          namespace, (same, offer) -> clients.directory().client(same).isPresent() ? offer : null);
    }
    OfferIndex index = index();
    Heard now =
        new Heard(
            index.prompts().stream().map(ServedPrompt::prompt).toList(),
            index.resources().stream().map(ServedResource::resource).toList(),
            index.templates().stream().map(ServedTemplate::template).toList());
    Set<Catalog> different = EnumSet.noneOf(Catalog.class);
    if (!now.prompts().equals(heard.prompts())) {
      different.add(Catalog.PROMPTS);
    }
    if (!now.resources().equals(heard.resources()) || !now.templates().equals(heard.templates())) {
      different.add(Catalog.RESOURCES);
    }
    heard = now;
    subscriptions.renew();
    for (String why : index.leftOut()) {
      if (!logged.contains(why)) {
        LOG.log(Level.WARNING, why);
      }
    }
    logged = new HashSet<>(index.leftOut());
    if (!different.isEmpty()) {
      onChange.accept(different);
    }
  }
}

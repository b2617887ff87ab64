// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What one client wants to hear of changes. In the older era it hears of all lists, and of the
 * resources it subscribed to; in the newer one of what its running {@code subscriptions/listen}
 * requests name. Thread-safe.
 */
final class Subscriptions {
  private static final Map<Catalog, String> METHODS =
      Map.of(
          Catalog.TOOLS, Wire.TOOLS_CHANGED,
          Catalog.PROMPTS, Wire.PROMPTS_CHANGED,
          Catalog.RESOURCES, Wire.RESOURCES_CHANGED);

  private static final Map<String, Catalog> FILTERS =
      Map.of(
          "toolsListChanged", Catalog.TOOLS,
          "promptsListChanged", Catalog.PROMPTS,
          "resourcesListChanged", Catalog.RESOURCES);

  private final int most;
  private final Interest interest;
  private final Set<String> resources = ConcurrentHashMap.newKeySet();
  private final Map<Object, Listen> listens = new ConcurrentHashMap<>();

  /** One running {@code subscriptions/listen}. */
  private record Listen(Object id, Set<Catalog> catalogs, Set<String> resources) {
    /** Notifications on one stream go one after the other, the first being the acknowledgement. */
    void tell(ServerSession session, String method, Map<String, Object> params) {
      Map<String, Object> tagged = new LinkedHashMap<>(params);
      tagged.put(Protocol.META, Map.of(Wire.META_SUBSCRIPTION, id));
      session.replies().tell(method, tagged, id);
    }
  }

  /**
   * @param most how many resources a client may subscribe to, and how often it may listen
   */
  Subscriptions(int most, Interest interest) {
    this.most = most;
    this.interest = interest;
  }

  /** Answers once changes are heard of, which a server behind may have to agree to. */
  void subscribe(Message.Request request, Replies replies) {
    String uri = uri(request.params());
    if (resources.size() >= most && !resources.contains(uri)) {
      throw tooMany();
    }
    CompletableFuture<Void> heard =
        resources.add(uri) ? interest.add(uri) : CompletableFuture.completedFuture(null);
    var unused =
        heard.whenComplete(
            (done, failure) -> {
              if (failure == null) {
                replies.send(new Message.Response(request.id(), Map.of()));
              } else {
                remove(uri);
                replies.refuse(request.id(), refusal(failure));
              }
            });
  }

  private static McpException.Protocol refusal(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable why = failure instanceof CompletionException && cause != null ? cause : failure;
    return why instanceof McpException.Protocol refused
        ? refused
        : new McpException.Protocol(
            Protocol.INTERNAL_ERROR, String.valueOf(why.getMessage()), Optional.empty());
  }

  void unsubscribe(Map<String, Object> params) {
    remove(uri(params));
  }

  private void remove(String uri) {
    if (resources.remove(uri)) {
      interest.remove(uri);
    }
  }

  /**
   * Begins to listen, with an acknowledgement of what is granted.
   *
   * @param offered the lists that the server has
   */
  void listen(ServerSession session, Message.Request request, Set<Catalog> offered) {
    Map<String, Object> filter =
        Wire.object(request.params().get("notifications"))
            .orElseThrow(() -> refused("params.notifications has to be an object."));
    Set<Catalog> catalogs = EnumSet.noneOf(Catalog.class);
    Map<String, Object> granted = new LinkedHashMap<>();
    FILTERS.forEach(
        (name, catalog) -> {
          if (Boolean.TRUE.equals(filter.get(name)) && offered.contains(catalog)) {
            catalogs.add(catalog);
            granted.put(name, true);
          }
        });
    Set<String> uris = new HashSet<>();
    List<?> wanted = Wire.list(filter.get("resourceSubscriptions"));
    if (!wanted.isEmpty() && offered.contains(Catalog.RESOURCES)) {
      wanted.forEach(uri -> Wire.text(uri).ifPresent(uris::add));
      granted.put("resourceSubscriptions", List.copyOf(uris));
    }
    if (uris.size() > most || listens.size() >= most) {
      throw tooMany();
    }
    Listen listen = new Listen(request.id(), catalogs, uris);
    synchronized (listen) {
      if (listens.putIfAbsent(request.id(), listen) != null) {
        throw refused("The id of this request belongs to one that is still listening.");
      }
      listen.tell(session, Wire.ACKNOWLEDGED, Map.of("notifications", granted));
      // The server behind may be slow to agree; what this one can tell has been said.
      for (String uri : uris) {
        var unused = interest.add(uri);
      }
    }
  }

  /** Ends a listen that the client no longer wants. */
  void cancel(Object id) {
    Listen ended = listens.remove(id);
    if (ended != null) {
      ended.resources().forEach(interest::remove);
    }
  }

  /** The client is gone: it wants nothing any more. */
  void release() {
    resources.forEach(this::remove);
    listens.keySet().forEach(this::cancel);
  }

  void changed(ServerSession session, boolean hasHandshake, Catalog catalog) {
    String method = METHODS.get(catalog);
    if (method == null) {
      return;
    }
    if (hasHandshake) {
      session.replies().tell(method, Map.of());
    }
    tell(session, listen -> listen.catalogs().contains(catalog), method, Map.of());
  }

  void updated(ServerSession session, String uri) {
    Map<String, Object> params = Map.of("uri", uri);
    if (resources.contains(uri)) {
      session.replies().tell(Wire.RESOURCE_UPDATED, params);
    }
    tell(session, listen -> listen.resources().contains(uri), Wire.RESOURCE_UPDATED, params);
  }

  private void tell(
      ServerSession session, Predicate<Listen> who, String method, Map<String, Object> params) {
    for (Listen listen : listens.values()) {
      if (who.test(listen)) {
        synchronized (listen) {
          listen.tell(session, method, params);
        }
      }
    }
  }

  /** The server ends: tells all who listen. Their last word is an empty answer. */
  void end(ServerSession session) {
    for (Listen listen : List.copyOf(listens.values())) {
      synchronized (listen) {
        if (listens.remove(listen.id(), listen)) {
          listen.resources().forEach(interest::remove);
          listen.tell(
              session,
              Protocol.CANCELLED,
              Map.of("requestId", listen.id(), "reason", "this server ends"));
          session.answerListen(listen.id());
        }
      }
    }
  }

  private static String uri(Map<String, Object> params) {
    return Wire.text(params.get("uri"))
        .orElseThrow(() -> refused("params.uri has to be the URI of a resource."));
  }

  private McpException.Protocol tooMany() {
    return new McpException.Protocol(
        Protocol.OVERLOADED,
        "There are " + most + " subscriptions already, which is the limit. End some first.",
        Optional.empty());
  }

  private static McpException.Protocol refused(String why) {
    return new McpException.Protocol(Protocol.INVALID_PARAMS, why, Optional.empty());
  }
}

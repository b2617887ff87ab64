// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.CacheHint;
import dev.cleat.CallListener;
import dev.cleat.Completer;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.RequestContext;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceRead;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.Text;
import dev.cleat.ToolName;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The prompts, resources and templates of all clients at one moment, and whose they are. Immutable.
 *
 * <p>A prompt is called {@code namespace__prompt}, like a tool; one of this process keeps its name.
 * A resource keeps its URI, and a template its pattern: of several clients that offer the same one,
 * the first by namespace has it.
 */
final class OfferIndex {
  /**
   * Something that is offered.
   *
   * @param namespace whose it is
   * @param own its name there
   * @param served under the name to get it by
   */
  record Place<T>(Namespace namespace, String own, T served) {}

  private final OfferCalls calls;
  private final Map<String, Place<ServedPrompt>> prompts = new LinkedHashMap<>();
  private final Map<String, Place<ServedResource>> resources = new LinkedHashMap<>();
  private final Map<String, Place<ServedTemplate>> templates = new LinkedHashMap<>();
  private final Set<String> leftOut = new LinkedHashSet<>();

  /**
   * @param clients by namespace
   * @param offers what they offer
   * @param calls what the prompts, resources and templates are got and read with
   */
  OfferIndex(Iterable<Generation> clients, Function<Namespace, Offer> offers, OfferCalls calls) {
    this.calls = calls;
    for (Generation client : clients) {
      Offer offer = offers.apply(client.namespace());
      offer.prompts().forEach(prompt -> add(client, prompt));
      offer.resources().forEach(resource -> add(client.namespace(), resource));
      offer.templates().forEach(template -> add(client.namespace(), template));
    }
  }

  private void add(Generation client, Prompt prompt) {
    Namespace namespace = client.namespace();
    String own = prompt.name();
    String name = client.bareNames() ? own : namespace.value() + ToolName.SEPARATOR + own;
    Completion.Reference reference = new Completion.Reference.Prompt(own);
    List<String> arguments = prompt.arguments().stream().map(Prompt.Argument::name).toList();
    ServedPrompt served =
        new ServedPrompt(
            prompt.withName(name),
            (given, context) -> calls.prompt(namespace, own, given, context.asListener()),
            completers(namespace, reference, arguments));
    add("prompt", prompts, name, new Place<>(namespace, own, served));
  }

  private void add(Namespace namespace, Resource resource) {
    String uri = resource.uri();
    ServedResource served = new ServedResource(resource, this::read, CacheHint.NONE);
    add("resource", resources, uri, new Place<>(namespace, uri, served));
  }

  private void add(Namespace namespace, ResourceTemplate template) {
    String text = template.uriTemplate();
    try {
      ServedTemplate plain = new ServedTemplate(template, this::read, CacheHint.NONE, Map.of());
      Completion.Reference reference = new Completion.Reference.Template(text);
      ServedTemplate served =
          new ServedTemplate(
              template,
              plain.handler(),
              plain.cache(),
              completers(namespace, reference, plain.variables()));
      add("resource template", templates, text, new Place<>(namespace, text, served));
    } catch (IllegalArgumentException none) {
      leftOut.add(namespace + ": " + none.getMessage() + " It is left out.");
    }
  }

  private List<ResourceContents> read(ResourceRead request, RequestContext context) {
    return read(request.uri(), context.asListener());
  }

  /** Every name has one, because only its server knows which of them it can complete. */
  private Map<String, Completer> completers(
      Namespace namespace, Completion.Reference reference, List<String> names) {
    Map<String, Completer> completers = new LinkedHashMap<>();
    for (String name : names) {
      completers.put(name, new PassedOn(calls, namespace, reference, name));
    }
    return completers;
  }

  private record PassedOn(
      OfferCalls calls, Namespace namespace, Completion.Reference reference, String argument)
      implements Completer {
    @Override
    public List<String> complete(String typed, Map<String, String> others) {
      return suggest(typed, others).values();
    }

    @Override
    public Completion suggest(String typed, Map<String, String> others) {
      return calls.complete(namespace, reference, argument, typed, others);
    }
  }

  private <T> void add(String what, Map<String, Place<T>> places, String name, Place<T> place) {
    Place<T> first = places.putIfAbsent(name, place);
    // A server that lists one twice is asked for the first.
    if (first != null && !first.namespace().equals(place.namespace())) {
      leftOut.add(
          "The %s \"%s\" is offered by both %s and %s. The one of %s is served."
              .formatted(
                  what, Text.shown(name), first.namespace(), place.namespace(), first.namespace()));
    }
  }

  /** By namespace, and then in their servers' order. */
  List<ServedPrompt> prompts() {
    return prompts.values().stream().map(Place::served).toList();
  }

  /** By namespace, and then in their servers' order. */
  List<ServedResource> resources() {
    return resources.values().stream().map(Place::served).toList();
  }

  /** By namespace, and then in their servers' order. */
  List<ServedTemplate> templates() {
    return templates.values().stream().map(Place::served).toList();
  }

  /**
   * Gets a prompt by the name that it is listed under.
   *
   * @throws McpException.NotFound when there is none
   */
  PromptResult prompt(String name, Map<String, String> arguments, CallListener listener) {
    Place<ServedPrompt> place = place("prompt", prompts, name);
    return calls.prompt(place.namespace(), place.own(), arguments, listener);
  }

  /** Suggests values for an argument of a prompt or a variable of a template. */
  Completion complete(
      Completion.Reference of, String argument, String typed, Map<String, String> others) {
    if (of instanceof Completion.Reference.Prompt prompt) {
      Place<ServedPrompt> place = place("prompt", prompts, prompt.name());
      return calls.complete(
          place.namespace(), new Completion.Reference.Prompt(place.own()), argument, typed, others);
    }
    String template = ((Completion.Reference.Template) of).uriTemplate();
    Namespace owner = place("resource template", templates, template).namespace();
    return calls.complete(owner, of, argument, typed, others);
  }

  private static <T> Place<T> place(String what, Map<String, Place<T>> places, String name) {
    Place<T> place = places.get(name);
    if (place == null) {
      throw new McpException.NotFound(
          "There is no %s \"%s\".%s"
              .formatted(what, Text.shown(name), Text.didYouMean(name, places.keySet())));
    }
    return place;
  }

  /**
   * Reads a resource, at whoever lists it, else at those whose templates it fits, one after the
   * other until one has it.
   *
   * @throws McpException.NotFound when nobody has it
   */
  List<ResourceContents> read(String uri, CallListener listener) {
    McpException.NotFound none =
        new McpException.NotFound("There is no resource \"" + Text.shown(uri) + "\".");
    for (Namespace owner : owners(uri)) {
      try {
        return calls.resource(owner, uri, listener);
      } catch (McpException.NotFound notHere) {
        none = notHere;
      }
    }
    throw none;
  }

  /** Who may have that resource. */
  List<Namespace> owners(String uri) {
    Place<ServedResource> place = resources.get(uri);
    if (place != null) {
      return List.of(place.namespace());
    }
    return templates.values().stream()
        .filter(template -> template.served().match(uri).isPresent())
        .map(Place::namespace)
        .distinct()
        .toList();
  }

  /** What is not served, and why. */
  Set<String> leftOut() {
    return leftOut;
  }
}

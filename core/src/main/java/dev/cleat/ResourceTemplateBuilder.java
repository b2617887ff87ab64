// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Describes a resource template step by step; see {@link ResourceTemplate#of(String)}. */
public final class ResourceTemplateBuilder {
  private final UriTemplate template;
  private Optional<String> name = Optional.empty();
  private Optional<String> title = Optional.empty();
  private Optional<String> description = Optional.empty();
  private Optional<String> mimeType = Optional.empty();
  private CacheHint cache = CacheHint.NONE;
  private final Map<String, Completer> completers = new LinkedHashMap<>();

  ResourceTemplateBuilder(String uriTemplate) {
    template = UriTemplate.parse(uriTemplate);
  }

  /** Gives it a short name; else the template is its name. */
  public ResourceTemplateBuilder named(String text) {
    name = Optional.of(text);
    return this;
  }

  /** Gives it a name for people. */
  public ResourceTemplateBuilder title(String text) {
    title = Optional.of(text);
    return this;
  }

  /** Says what the resources are and when to read one. */
  public ResourceTemplateBuilder says(String text) {
    description = Optional.of(text);
    return this;
  }

  /** Says of which type the contents are. */
  public ResourceTemplateBuilder mimeType(String type) {
    mimeType = Optional.of(type);
    return this;
  }

  /** Says for how long what was read stays true. */
  public ResourceTemplateBuilder cached(CacheHint hint) {
    cache = hint;
    return this;
  }

  /** Suggests values for one of the template's variables. */
  public ResourceTemplateBuilder completes(String variable, Completer completer) {
    if (!template.variables().contains(variable)) {
      throw new IllegalArgumentException(
          "The template has no variable \""
              + variable
              + "\". It has "
              + String.join(", ", template.variables())
              + ".");
    }
    completers.put(variable, completer);
    return this;
  }

  /** Completes it with what reads a resource. */
  public ServedTemplate reads(ResourceHandler handler) {
    ResourceTemplate described =
        new ResourceTemplate(
            template.text(), name.orElse(template.text()), title, description, mimeType, Map.of());
    return new ServedTemplate(described, handler, cache, completers);
  }
}

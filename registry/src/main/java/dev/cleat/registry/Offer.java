// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.ResourceTemplate;
import java.util.List;

/**
 * What a client offers beside its tools, as it listed it at one time.
 *
 * @param prompts by the server's own names
 * @param resources by their URIs
 * @param templates as the server lists them
 */
record Offer(List<Prompt> prompts, List<Resource> resources, List<ResourceTemplate> templates) {
  static final Offer NOTHING = new Offer(List.of(), List.of(), List.of());

  /** Copies the lists. */
  Offer {
    prompts = List.copyOf(prompts);
    resources = List.copyOf(resources);
    templates = List.copyOf(templates);
  }
}

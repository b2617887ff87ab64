// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.TestClient;
import java.util.List;

/** A registry as tests of what it passes on besides tools see it. */
final class Offering {
  private Offering() {}

  static Offers offers(McpRegistry registry) {
    return ((RegistryToolSet) registry.asToolSet()).offers();
  }

  static OfferIndex index(McpRegistry registry) {
    return offers(registry).index();
  }

  static List<String> uris(McpRegistry registry) {
    return index(registry).resources().stream().map(ServedResource::uri).toList();
  }

  static List<String> prompts(McpRegistry registry) {
    return index(registry).prompts().stream().map(ServedPrompt::name).toList();
  }

  /** Registers a client and waits until its prompts and resources are published. */
  static OfferingClient install(McpRegistry registry, String namespace, OfferingClient client) {
    registry.register(namespace, client);
    Aside.until(
        "what it offers is listed",
        () ->
            client.lists.get() > 0
                && client.prompts.stream()
                    .allMatch(
                        prompt -> prompts(registry).contains(namespace + "__" + prompt.name()))
                && client.resources.stream()
                    .allMatch(found -> uris(registry).contains(found.uri())));
    return client;
  }

  static TestClient gateway(McpRegistry registry, Era era) {
    return TestClient.inProcess(McpServer.builder().tools(registry.asToolSet()).build(), era);
  }

  /** Writes down what a client hears, but for changed tools. */
  static void listen(McpClient client, List<String> heard) {
    client.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            if (catalog != Catalog.TOOLS) {
              heard.add(catalog.name());
            }
          }

          @Override
          public void updated(String uri) {
            heard.add(uri);
          }
        });
    // Answered once it is listened to, in either era.
    client.subscribe("test://nothing");
  }
}

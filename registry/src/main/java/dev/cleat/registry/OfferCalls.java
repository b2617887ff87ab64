// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.CallListener;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.PromptResult;
import dev.cleat.ResourceContents;
import dev.cleat.mcp.McpClient;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Requests to the clients of a registry that are no calls of tools. The rules are those of calls: a
 * request holds its client until it ends, one that was not sent goes to the newest client again,
 * and one that was sent never does.
 */
final class OfferCalls {
  /** As many as calls of tools have by default. */
  private static final int MAX_RESENDS = 2;

  private final Calls calls;

  OfferCalls(Calls calls) {
    this.calls = calls;
  }

  PromptResult prompt(
      Namespace namespace, String name, Map<String, String> arguments, CallListener listener) {
    return use(namespace, client -> client.getPrompt(name, arguments, listener));
  }

  List<ResourceContents> resource(Namespace namespace, String uri, CallListener listener) {
    return use(namespace, client -> client.readResource(uri, listener));
  }

  Completion complete(
      Namespace namespace,
      Completion.Reference of,
      String argument,
      String typed,
      Map<String, String> others) {
    return use(namespace, client -> client.complete(of, argument, typed, others));
  }

  private <T> T use(Namespace namespace, Function<McpClient, T> request) {
    for (int resends = 0; ; resends++) {
      Generation generation = hold(namespace);
      try {
        return request.apply(generation.client());
      } catch (McpException.NotSent | McpException.Closed notSent) {
        if (!calls.clients().isReplaced(generation) || resends >= MAX_RESENDS) {
          throw notSent;
        }
      } finally {
        generation.releaseUsed();
      }
    }
  }

  /**
   * Becomes a holder of the current client, which is connected first if it is not.
   *
   * @throws McpException when that cannot be
   */
  Generation hold(Namespace namespace) {
    return calls.hold(namespace);
  }
}

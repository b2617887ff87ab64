// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.CallListener;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.PromptResult;
import dev.cleat.ResourceContents;
import dev.cleat.Text;
import java.util.List;
import java.util.Map;

/**
 * Requests to the clients of a registry that are no calls of tools. The rules are those of calls: a
 * request holds its client until it ends, one that was not sent goes to the newest client again,
 * and one that was sent never does.
 */
final class OfferCalls {
  private final Calls calls;

  OfferCalls(Calls calls) {
    this.calls = calls;
  }

  PromptResult prompt(
      Namespace namespace, String name, Map<String, String> arguments, CallListener listener) {
    return calls.ask(
        namespace,
        "the prompt " + Text.shown(name),
        client -> client.getPrompt(name, arguments, listener));
  }

  List<ResourceContents> resource(Namespace namespace, String uri, CallListener listener) {
    return calls.ask(
        namespace, "the resource " + Text.shown(uri), client -> client.readResource(uri, listener));
  }

  Completion complete(
      Namespace namespace,
      Completion.Reference of,
      String argument,
      String typed,
      Map<String, String> others) {
    return calls.ask(
        namespace,
        "the completion of " + Text.shown(argument),
        client -> client.complete(of, argument, typed, others));
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

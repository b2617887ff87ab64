// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a client answers to an {@link InputRequest}. */
public sealed interface InputResponse {
  /** What the user did. */
  enum Action {
    /** Agreed, and filled in the form if there was one. */
    ACCEPT,
    /** Said no. */
    DECLINE,
    /** Closed the question without an answer. */
    CANCEL
  }

  /**
   * The answer to a form or a URL.
   *
   * @param action what the user did
   * @param content what was filled in; empty unless accepted
   */
  record Elicited(Action action, Map<String, Object> content) implements InputResponse {
    /** A no. */
    public static final Elicited DECLINED = new Elicited(Action.DECLINE, Map.of());

    /** A yes, with what was filled in. */
    public static Elicited accepted(Map<String, Object> content) {
      return new Elicited(Action.ACCEPT, content);
    }

    /** Whether the user agreed. */
    public boolean isAccepted() {
      return action == Action.ACCEPT;
    }
  }

  /**
   * The message of a model.
   *
   * @param result the result of {@code sampling/createMessage}, as it is on the wire
   */
  record Sampled(Map<String, Object> result) implements InputResponse {
    /** The text of the message, when it is one text. */
    public Optional<String> text() {
      return result.get("content") instanceof Map<?, ?> content
              && content.get("text") instanceof String text
          ? Optional.of(text)
          : Optional.empty();
    }
  }

  /**
   * The places the user works in.
   *
   * @param roots all of them
   */
  record Roots(List<Root> roots) implements InputResponse {
    /** Copies the list. */
    public Roots {
      roots = List.copyOf(roots);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of a prompt.
 *
 * @param description what they are for
 * @param messages in their order
 * @param meta the {@code _meta} object
 */
public record PromptResult(
    Optional<String> description, List<Message> messages, Map<String, Object> meta) {
  /** Copies the list. */
  public PromptResult {
    messages = List.copyOf(messages);
    meta = Collections.unmodifiableMap(meta);
  }

  /** Messages without more. */
  public static PromptResult of(Message... messages) {
    return new PromptResult(Optional.empty(), List.of(messages), Map.of());
  }

  /** One text that the user says. */
  public static PromptResult text(String text) {
    return of(Message.user(new Content.Text(text)));
  }

  /** Who says a message. */
  public enum Role {
    /** The person. */
    USER,
    /** The model. */
    ASSISTANT
  }

  /**
   * One message.
   *
   * @param role who says it
   * @param content what is said
   */
  public record Message(Role role, Content content) {
    /** Something that the user says. */
    public static Message user(Content content) {
      return new Message(Role.USER, content);
    }

    /** Something that the model has said. */
    public static Message assistant(Content content) {
      return new Message(Role.ASSISTANT, content);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a server can ask its client for while it works on a request. */
public sealed interface InputRequest {
  /**
   * Has the user fill in a form. Never ask for secrets by a form.
   *
   * @param message what is asked and why
   * @param schema a flat object of strings, numbers, booleans and choices
   */
  record Form(String message, Schema schema) implements InputRequest {
    /** A form of the components of a record: strings, numbers, booleans, enums. */
    public static Form of(String message, Class<? extends Record> type) {
      return new Form(message, Schema.ofRecord(type));
    }

    /** A plain question, to be answered yes or no. */
    public static Form question(String message) {
      Map<String, Object> none = new LinkedHashMap<>();
      none.put("type", "object");
      none.put("properties", Map.of());
      return new Form(message, Schema.of(none));
    }
  }

  /**
   * Sends the user to a URL, for what must not pass through the client. That they agree does not
   * say that they have done it.
   *
   * @param message what is to be done there and why
   * @param url where
   * @param id names the request, for a later word that it is done
   */
  record Url(String message, String url, Optional<String> id) implements InputRequest {}

  /**
   * Has the client's model write a message.
   *
   * @param params the parameters of {@code sampling/createMessage}, as they are on the wire
   */
  record Sampling(Map<String, Object> params) implements InputRequest {
    /** One text from the user, answered in at most that many tokens. */
    public static Sampling of(String text, int maxTokens) {
      Map<String, Object> content = new LinkedHashMap<>();
      content.put("type", "text");
      content.put("text", text);
      Map<String, Object> message = new LinkedHashMap<>();
      message.put("role", "user");
      message.put("content", content);
      Map<String, Object> params = new LinkedHashMap<>();
      params.put("messages", List.of(message));
      params.put("maxTokens", maxTokens);
      return new Sampling(params);
    }
  }

  /** Asks for the places the user works in. */
  record Roots() implements InputRequest {}
}

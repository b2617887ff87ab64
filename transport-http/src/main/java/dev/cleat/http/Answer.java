// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** What came back for one HTTP request, once it is over. */
final class Answer {
  private final int status;
  private final HttpFields headers;
  private final boolean events;
  private final byte[] body;
  private final boolean tooLong;
  private final @Nullable Throwable failure;

  /**
   * @param status 0 when no answer began
   * @param events whether it was an event stream, whose events have been delivered already
   * @param body empty for an event stream
   * @param tooLong whether some of it was over the bound and is missing
   * @param failure why it is incomplete; null when it is complete
   */
  Answer(
      int status,
      HttpFields headers,
      boolean events,
      byte[] body,
      boolean tooLong,
      @Nullable Throwable failure) {
    this.status = status;
    this.headers = headers;
    this.events = events;
    this.body = body;
    this.tooLong = tooLong;
    this.failure = failure;
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  boolean tooLong() {
    return tooLong;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  boolean isSuccess() {
    return failure == null && status >= 200 && status < 300;
  }

  /** Whether the server let an event stream begin, however it ended. */
  boolean streamed() {
    return events && status >= 200 && status < 300;
  }

  boolean isJson() {
    return mediaType().equals(HttpWire.JSON);
  }

  /** In lower case, without parameters; empty when there is none. */
  String mediaType() {
    return mediaType(headers);
  }

  static String mediaType(HttpFields headers) {
    String value = headers.get(HttpHeader.CONTENT_TYPE);
    if (value == null) {
      return "";
    }
    int end = value.indexOf(';');
    return (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(java.util.Locale.ROOT);
  }

  /** How long the server wants to be left alone, when it says so in seconds. */
  Optional<Duration> retryAfter() {
    String value = headers.get(HttpHeader.RETRY_AFTER);
    if (value == null || !value.strip().matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofSeconds(Long.parseLong(value.strip())));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * Lists the tools for this client itself, to learn which headers a call needs. Its requests have
 * ids of text, which the numbers of callers never equal.
 */
final class ToolListing implements AnswerReader.Taker {
  /** A server with more pages than this pages in circles. */
  private static final int MAX_PAGES = 100;

  private final HttpConnection connection;
  private final Map<String, Object> params = new LinkedHashMap<>();
  private final Runnable whenDone;
  private final String id;
  private int pages;
  private @Nullable Request running;
  private Optional<Map<String, Object>> page = Optional.empty();

  /**
   * @param caller the call that needs it; its metadata is used again, without its progress token
   */
  ToolListing(HttpConnection connection, Message.Request caller, Runnable whenDone) {
    this.connection = connection;
    this.whenDone = whenDone;
    id = "headers-of-" + caller.id();
    Map<String, Object> meta = new LinkedHashMap<>();
    if (caller.params().get(Protocol.META) instanceof Map<?, ?> given) {
      given.forEach((key, value) -> meta.put(String.valueOf(key), value));
    }
    meta.remove("progressToken");
    params.put(Protocol.META, meta);
  }

  void start() {
    pages++;
    Message.Request request =
        new Message.Request(id + "-" + pages, HttpConnection.TOOLS_LIST, params);
    byte[] json = MessageCodec.encode(request, connection.maxMessageBytes());
    Request http =
        connection.newPost(json, connection.requestHeaders().of(request.method(), params), false);
    http.timeout(connection.patience().toMillis(), TimeUnit.MILLISECONDS);
    running = http;
    connection.start(http, new AnswerReader(connection.maxMessageBytes(), this));
  }

  @Override
  public void event(String type, byte[] data) {
    try {
      if (data.length > 0
          && MessageCodec.decode(data, 0, data.length) instanceof Message.Response response) {
        page = Optional.of(response.result());
      }
    } catch (MessageCodec.MalformedException e) {
      connection.malformed(e.deserved());
    }
  }

  @Override
  public void tooLong() {
    connection.malformed(MessageCodec.tooLong(connection.maxMessageBytes()));
  }

  @Override
  public void done(Answer answer, AnswerReader reader) {
    connection.finished(running);
    if (answer.isSuccess() && answer.isJson()) {
      event("", answer.body());
    }
    Map<String, Object> read = page.orElse(Map.of());
    page = Optional.empty();
    Map<String, Object> unused = connection.requestHeaders().learn(read);
    if (read.get("nextCursor") instanceof String cursor
        && pages < MAX_PAGES
        && !connection.isOver()) {
      params.put("cursor", cursor);
      start();
    } else {
      whenDone.run();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.spi.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which message of a session goes on which of its streams, and what is kept for later. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerStreamsTest {
  private Served served;
  private Map<String, String> headers;
  private LegacySession session;

  @BeforeEach
  void start() throws Exception {
    served = new Served(http -> http.limits(HttpLimits.builder().replayEvents(3).build()));
    headers = served.session();
    session = find(headers);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private LegacySession find(Map<String, String> of) {
    return Optional.ofNullable(served.http.endpoint().sessions().find(of.get("Mcp-Session-Id"), ""))
        .orElseThrow();
  }

  private static Message note(int number) {
    return new Message.Notification("note", Map.of("number", number));
  }

  private Map<String, String> after(String eventId) {
    Map<String, String> resume = new HashMap<>(headers);
    resume.put("Last-Event-ID", eventId);
    return resume;
  }

  /** The id of the last event in a piece of a stream. */
  private static String lastId(String events) {
    return events
        .lines()
        .filter(line -> line.startsWith("id: "))
        .reduce((first, second) -> second)
        .orElseThrow()
        .substring("id: ".length());
  }

  @Test
  void whatIsAboutARequestGoesOnItsStream() throws Exception {
    try (RawHttp call = new RawHttp(served.uri())) {
      call.send(served.uri(), "POST", headers, Served.legacyCall(5, "hold", ""));
      served.begun.acquire();
      session.send(note(1), 5L);
      session.send(new Message.Request(9L, "elicitation/create", Map.of()), 5L);
      RawHttp.Answer head = call.readHead();
      String asked = call.readUntil("elicitation/create");
      RawHttp.Answer accepted =
          served.post(headers, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
      served.letGo.countDown();
      String rest = call.readUntil("let go");

      assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
      assertThat(asked).startsWith("id: 1-0\ndata: \n\n").contains("\"number\":1");
      assertThat(accepted.status()).isEqualTo(202);
      assertThat(rest).contains("\"id\":5");
      assertThat(call.readChunk()).isEmpty();
    }
  }

  @Test
  void twoRequestsHaveTwoStreams() throws Exception {
    try (RawHttp one = new RawHttp(served.uri());
        RawHttp two = new RawHttp(served.uri())) {
      one.send(served.uri(), "POST", headers, Served.legacyCall(1, "hold", ""));
      served.begun.acquire();
      two.send(served.uri(), "POST", headers, Served.legacyCall(2, "hold", ""));
      served.begun.acquire();
      session.send(note(2), 2L);
      session.send(note(1), 1L);
      served.letGo.countDown();

      assertThat(one.read().text())
          .contains("\"number\":1")
          .contains("\"id\":1")
          .doesNotContain("\"number\":2");
      assertThat(two.read().text())
          .contains("\"number\":2")
          .contains("\"id\":2")
          .doesNotContain("\"number\":1");
    }
  }

  @Test
  void aPausedStreamGoesOnWhenTheClientComesBack() throws Exception {
    try (RawHttp call = new RawHttp(served.uri())) {
      call.send(served.uri(), "POST", headers, Served.legacyCall(5, "hold", ""));
      served.begun.acquire();
      session.pause(5L);
      String paused = call.read().text();
      session.send(note(1), 5L);
      served.letGo.countDown();
      RawHttp.Answer resumed = RawHttp.once(served.uri(), "GET", after(lastId(paused)), "");

      assertThat(paused).contains("retry: 500\n").doesNotContain("result");
      assertThat(resumed.events()).hasSize(2);
      assertThat(resumed.events().get(0)).containsEntry("method", "note");
      assertThat(resumed.events().get(1)).containsEntry("id", 5L).containsKey("result");
    }
  }

  @Test
  void olderClientsAreNotPaused() throws Exception {
    RawHttp.Answer begun =
        served.post(Map.of(), Served.initialize().replace(Served.LEGACY, "2025-06-18"));
    Map<String, String> older = Map.of("Mcp-Session-Id", begun.header("Mcp-Session-Id"));
    try (RawHttp call = new RawHttp(served.uri())) {
      call.send(served.uri(), "POST", older, Served.legacyCall(5, "hold", ""));
      served.begun.acquire();
      find(older).pause(5L);
      served.letGo.countDown();

      assertThat(call.read().text()).contains("let go").doesNotContain("retry");
    }
  }

  @Test
  void whatBelongsToNoRequestWaitsForItsStream() throws Exception {
    session.send(note(1));
    String first;
    String second;
    try (RawHttp listening = new RawHttp(served.uri())) {
      listening.send(served.uri(), "GET", headers, "");
      listening.readHead();
      first = listening.readUntil("\"number\":1");
      session.send(note(2));
      second = listening.readUntil("\"number\":2");
    }
    session.send(note(3));
    try (RawHttp again = new RawHttp(served.uri())) {
      again.send(served.uri(), "GET", after(lastId(first)), "");
      again.readHead();
      String replayed = again.readUntil("\"number\":3");

      assertThat(lastId(second)).isEqualTo("0-2");
      assertThat(replayed).contains("\"number\":2").doesNotContain("\"number\":1");
    }
  }

  @Test
  void onlySoMuchIsKept() throws Exception {
    for (int i = 1; i <= 10; i++) {
      session.send(note(i));
    }
    try (RawHttp listening = new RawHttp(served.uri())) {
      listening.send(served.uri(), "GET", headers, "");
      listening.readHead();
      String events = listening.readUntil("\"number\":10");

      assertThat(List.of(events.split("\"method\":\"note\""))).hasSize(4);
      assertThat(events).contains("\"number\":8").doesNotContain("\"number\":7");
    }
  }

  @Test
  void thePrincipalIsTheSessionsOwner() {
    assertThat(session.principal()).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CacheHint;
import dev.cleat.Completer;
import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ToolFailure;
import dev.cleat.mcp.McpServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts, resources and completions as a peer sees them, in either era. */
class PromptsAndResourcesTest extends ServerOverStreams {
  private static final ServedPrompt REVIEW =
      Prompt.named("review")
          .title("Review")
          .says("Reviews a file.")
          .requires("file", "Which file.")
          .takes("tone", "In which tone.")
          .completes("tone", Completer.of(List.of("kind", "keen", "harsh")))
          .completes(
              "file",
              (typed, others) ->
                  IntStream.range(0, 150)
                      .mapToObj(i -> others.getOrDefault("tone", "") + i)
                      .toList())
          .gives(
              (arguments, context) ->
                  PromptResult.of(
                      PromptResult.Message.user(
                          new Content.Embedded(
                              ResourceContents.text(
                                  "file://" + arguments.get("file"), "a/b", "x"))),
                      PromptResult.Message.assistant(new Content.Text("Gladly."))));

  private static final ServedResource MOTTO =
      Resource.at("test://motto")
          .named("motto")
          .says("What we live by.")
          .mimeType("text/plain")
          .cached(new CacheHint(Duration.ofMinutes(1), true))
          .reads(
              (read, context) -> List.of(ResourceContents.text(read.uri(), "text/plain", "Carpe")));

  private static final ServedTemplate LOGS =
      ResourceTemplate.of("logs://{host}/{day}")
          .named("logs")
          .completes("host", Completer.of(List.of("h1", "h2")))
          .reads(
              (read, context) -> {
                if (read.variables().get("host").equals("gone")) {
                  throw new ToolFailure(FailureKind.NOT_FOUND, "That host is gone.", "");
                }
                return List.of(
                    ResourceContents.bytes(
                        read.uri(), "x/y", read.variables().toString().getBytes("UTF-8")));
              });

  private static McpServer.Builder library() {
    return McpServer.builder().prompt(REVIEW).resource(MOTTO).template(LOGS);
  }

  private static String in(String era, String params) {
    String meta = era.equals("2026-07-28") ? RawPeer.MODERN : "";
    return params.isEmpty() || meta.isEmpty() ? params + meta : params + "," + meta;
  }

  private RawPeer in(String era) throws Exception {
    RawPeer peer = peerOf(library());
    return era.equals("2026-07-28") ? peer : peer.initialized(era, "{}");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"2025-11-25", "2026-07-28"})
  void areListedAndRead(String era) throws Exception {
    RawPeer peer = in(era);

    peer.request(1, "prompts/list", in(era, ""));
    peer.request(2, "resources/list", in(era, ""));
    peer.request(3, "resources/templates/list", in(era, ""));
    peer.request(4, "resources/read", in(era, "\"uri\":\"test://motto\""));
    peer.request(5, "resources/read", in(era, "\"uri\":\"logs://h%201/mon\""));
    peer.request(
        6, "prompts/get", in(era, "\"name\":\"review\",\"arguments\":{\"file\":\"a.txt\"}"));
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L, 5L, 6L);

    assertThat(answers.get(0).toString())
        .contains("name=review", "title=Review", "name=file", "required=true", "required=false");
    assertThat(answers.get(1).toString()).contains("uri=test://motto", "name=motto");
    assertThat(answers.get(2).toString()).contains("uriTemplate=logs://{host}/{day}");
    assertThat(answers.get(3).toString())
        .contains("[{uri=test://motto, mimeType=text/plain, text=Carpe}]");
    String blob = answers.get(4).toString().replaceFirst(".*blob=([^}]*).*", "$1");
    assertThat(new String(java.util.Base64.getDecoder().decode(blob)))
        .isEqualTo("{host=h 1, day=mon}");
    assertThat(answers.get(5).toString())
        .contains("role=user", "type=resource", "file://a.txt", "role=assistant", "Gladly.");
  }

  @Test
  void theNewerEraSaysHowLongAnAnswerMayBeKept() throws Exception {
    RawPeer peer = peerOf(library().listCache(new CacheHint(Duration.ofSeconds(5), false)));

    peer.request(1, "resources/read", in("2026-07-28", "\"uri\":\"test://motto\""));
    peer.request(2, "resources/read", in("2026-07-28", "\"uri\":\"logs://h1/mon\""));
    peer.request(3, "prompts/list", RawPeer.MODERN);
    peer.request(4, "server/discover", RawPeer.MODERN);
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L);

    assertThat(answers)
        .extracting(a -> at(a, "result", "ttlMs"))
        .containsExactly(60_000L, 0L, 5_000L, 5_000L);
    assertThat(answers)
        .extracting(a -> at(a, "result", "cacheScope"))
        .containsExactly("public", "private", "private", "private");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "resources/read | \"uri\":\"test://none\" | -32002 | -32602",
        "resources/read | \"uri\":\"logs://gone/mon\" | -32002 | -32602",
        "resources/read | \"uri\":7 | -32602 | -32602",
        "prompts/get | \"name\":\"reviews\" | -32602 | -32602",
        "prompts/get | \"name\":\"review\" | -32602 | -32602",
        "prompts/get | \"name\":\"review\",\"arguments\":{\"file\":3} | -32602 | -32602",
        "completion/complete | \"ref\":{\"type\":\"ref/none\"},\"argument\":{\"name\":\"a\"} | -32602 | -32602",
        "completion/complete | \"ref\":{\"type\":\"ref/prompt\",\"name\":\"x\"},\"argument\":{\"name\":\"a\",\"value\":\"\"} | -32602 | -32602",
        "logging/setLevel | \"level\":\"loud\" | -32602 | -32601",
        "resources/subscribe | \"uri\":null | -32602 | -32601",
        "subscriptions/listen | \"notifications\":{} | -32601 | none",
      })
  void whatIsWrongIsRefused(String method, String params, String older, String newer)
      throws Exception {
    RawPeer peer = peerOf(library()).initialized();

    peer.request(1, method, params);
    Map<String, Object> inOlder = peer.next();
    peer.request(2, method, in("2026-07-28", params));
    Map<String, Object> inNewer = peer.next();

    assertThat(code(inOlder)).isEqualTo(Long.valueOf(older));
    if (!newer.equals("none")) {
      assertThat(code(inNewer)).isEqualTo(Long.valueOf(newer));
    }
    if (params.contains("test://none")) {
      assertThat(at(inNewer, "error", "data", "uri")).isEqualTo("test://none");
    }
  }

  @Test
  void completionsAreBoundedAndSeeTheOtherArguments() throws Exception {
    RawPeer peer = peerOf(library()).initialized();
    String prompt = "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"review\"},\"argument\":";
    String template =
        "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"logs://{host}/{day}\"},\"argument\":";

    peer.request(1, "completion/complete", prompt + "{\"name\":\"tone\",\"value\":\"k\"}");
    peer.request(
        2,
        "completion/complete",
        prompt + "{\"name\":\"file\",\"value\":\"\"},\"context\":{\"arguments\":{\"tone\":\"t\"}}");
    peer.request(3, "completion/complete", template + "{\"name\":\"host\",\"value\":\"\"}");
    peer.request(4, "completion/complete", template + "{\"name\":\"day\",\"value\":\"\"}");
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L);

    assertThat(at(answers.get(0), "result", "completion", "values"))
        .isEqualTo(List.of("kind", "keen"));
    assertThat((List<?>) at(answers.get(1), "result", "completion", "values"))
        .hasSize(100)
        .first()
        .isEqualTo("t0");
    assertThat(at(answers.get(1), "result", "completion", "total")).isEqualTo(150L);
    assertThat(at(answers.get(1), "result", "completion", "hasMore")).isEqualTo(true);
    assertThat(at(answers.get(2), "result", "completion", "values")).isEqualTo(List.of("h1", "h2"));
    assertThat(at(answers.get(3), "result", "completion", "values")).isEqualTo(List.of());
  }

  @Test
  void aServerWithoutThemDeclaresAndAnswersNoneOfThem() throws Exception {
    RawPeer peer = peerOf(ECHO);

    peer.request(1, "prompts/list", "");
    peer.request(2, "resources/list", "");
    peer.request(3, "resources/subscribe", "\"uri\":\"a://b\"");
    peer.request(4, "server/discover", RawPeer.MODERN);
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L, 3L, 4L);

    assertThat(answers.subList(0, 3)).extracting(ServerOverStreams::code).containsOnly(-32601L);
    assertThat(((Map<?, ?>) at(answers.get(3), "result", "capabilities")).keySet().toString())
        .isEqualTo("[tools, logging]");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cleat.JsonValues;
import dev.cleat.McpException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageCodecTest {
  private static final int MAX = 1 << 20;

  private static Message decode(String text) throws MessageCodec.MalformedException {
    byte[] bytes = text.getBytes(UTF_8);
    return MessageCodec.decode(bytes, 0, bytes.length);
  }

  private static String encode(Message message) {
    return new String(MessageCodec.encode(message, MAX), UTF_8);
  }

  @Provide
  Arbitrary<Message> messages() {
    Arbitrary<Object> ids =
        Arbitraries.oneOf(
            JsonValues.text().map(t -> t),
            Arbitraries.longs().map(n -> n),
            Arbitraries.just(BigInteger.TEN.pow(30)));
    Arbitrary<String> methods = JsonValues.text();
    Arbitrary<Map<String, Object>> objects = JsonValues.object();
    return Arbitraries.oneOf(
        Combinators.combine(ids, methods, objects).as(Message.Request::new),
        Combinators.combine(methods, objects).as(Message.Notification::new),
        Combinators.combine(ids, objects).as(Message.Response::new),
        Combinators.combine(
                ids.optional(),
                Arbitraries.integers(),
                methods,
                JsonValues.any().filter(v -> v != null).optional())
            .as(Message.ErrorResponse::new));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyMessageIsReadBackAsItWas(@ForAll("messages") Message message) throws Exception {
    byte[] bytes = MessageCodec.encode(message, MAX);

    assertThat(MessageCodec.decode(bytes, 0, bytes.length)).isEqualTo(message);
    assertThat(bytes).doesNotContain('\n', '\r');
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void aMessageCutAnywhereIsMalformed(@ForAll("messages") Message message) {
    byte[] bytes = MessageCodec.encode(message, MAX);

    for (int length = 0; length < bytes.length; length++) {
      int cut = length;
      assertThatThrownBy(() -> MessageCodec.decode(bytes, 0, cut))
          .isInstanceOfSatisfying(
              MessageCodec.MalformedException.class,
              e -> assertThat(e.deserved().code()).isEqualTo(MessageCodec.PARSE_ERROR));
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void anyBytesAreAMessageOrMalformedAndNothingElse(@ForAll byte[] bytes) {
    assertThat(catchThrowable(() -> MessageCodec.decode(bytes, 0, bytes.length)))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(MessageCodec.MalformedException.class));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void anyObjectIsAMessageOrMalformedAndNothingElse(
      @ForAll("almostMessages") Map<String, Object> fields) {
    byte[] bytes = dev.cleat.Json.bytes(fields);

    Throwable thrown = catchThrowable(() -> MessageCodec.decode(bytes, 0, bytes.length));

    assertThat(thrown)
        .satisfiesAnyOf(
            t -> assertThat(t).isNull(),
            t -> assertThat(t).isInstanceOf(MessageCodec.MalformedException.class));
  }

  @Provide
  Arbitrary<Map<String, Object>> almostMessages() {
    List<String> keys = List.of("id", "method", "params", "result", "error", "more");
    return Combinators.combine(JsonValues.any().list().ofSize(keys.size()), Arbitraries.integers())
        .as(
            (values, present) -> {
              Map<String, Object> message = new LinkedHashMap<>();
              message.put("jsonrpc", "2.0");
              for (int i = 0; i < keys.size(); i++) {
                if ((present >> i & 1) == 1) {
                  message.put(keys.get(i), values.get(i));
                }
              }
              return message;
            });
  }

  @Test
  void everyKindIsReadFromItsText() throws Exception {
    assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"))
        .isEqualTo(new Message.Request(1L, "ping", Map.of()));
    assertThat(decode(" {\"id\":\"a\",\"method\":\"m\",\"params\":{\"x\":1},\"jsonrpc\":\"2.0\"} "))
        .isEqualTo(new Message.Request("a", "m", Map.of("x", 1L)));
    assertThat(decode("{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":null}"))
        .isEqualTo(new Message.Notification("n", Map.of()));
    assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"))
        .isEqualTo(new Message.Response(1L, Map.of()));
    assertThat(
            decode("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-1,\"message\":\"x\"}}"))
        .isEqualTo(new Message.ErrorResponse(Optional.empty(), -1, "x", Optional.empty()));
    assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}"))
        .isInstanceOfSatisfying(
            Message.ErrorResponse.class, e -> assertThat(e.message()).isNotEmpty());
  }

  @Test
  void everyKindIsWrittenAsItsText() {
    assertThat(encode(new Message.Request(1L, "ping", Map.of())))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}}");
    assertThat(encode(new Message.Notification("n", Map.of())))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"n\"}");
    assertThat(encode(new Message.Response("a", Map.of("x", List.of()))))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"x\":[]}}");
    assertThat(
            encode(new Message.ErrorResponse(Optional.empty(), -32700, "no", Optional.of("why"))))
        .isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"no\",\"data\":\"why\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                  | -32700 |
          7                                                  | -32600 |
          [{"jsonrpc":"2.0","id":1,"method":"ping"}]         | -32600 |
          {"id":1,"method":"ping"}                           | -32600 | 1
          {"jsonrpc":"1.0","id":1,"method":"ping"}           | -32600 | 1
          {"jsonrpc":"2.0","id":null,"method":"ping"}        | -32600 |
          {"jsonrpc":"2.0","id":1.5,"method":"ping"}         | -32600 |
          {"jsonrpc":"2.0","id":{},"method":"ping"}          | -32600 |
          {"jsonrpc":"2.0","id":1,"method":"m","params":[1]} | -32600 | 1
          {"jsonrpc":"2.0","id":1,"method":7}                | -32600 | 1
          {"jsonrpc":"2.0","id":1}                           | -32600 | 1
          {"jsonrpc":"2.0","id":1,"result":7}                | -32600 | 1
          {"jsonrpc":"2.0","result":{}}                      | -32600 |
          """)
  void whatIsMalformedSaysWhichAnswerItDeserves(String text, int code, Long id) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOfSatisfying(
            MessageCodec.MalformedException.class,
            e -> {
              assertThat(e.deserved().code()).isEqualTo(code);
              assertThat(e.deserved().id()).isEqualTo(Optional.ofNullable(id));
              assertThat(e.deserved().message()).isEqualTo(e.getMessage()).isNotEmpty();
            });
  }

  @Test
  void aMessageOverTheLimitIsNotWritten() {
    Message message = new Message.Response(1L, Map.of("x", "y".repeat(1_000)));

    assertThat(MessageCodec.encode(message, 2_000)).hasSizeGreaterThan(1_000);
    assertThatThrownBy(() -> MessageCodec.encode(message, 1_000))
        .isInstanceOf(McpException.TooLarge.class)
        .hasMessageContaining("the limit is 1000");
    assertThat(MessageCodec.tooLong(1_000).message()).contains("1000 bytes");
  }

  @Test
  void anErrorCodeOfAnySizeIsRead() throws Exception {
    assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1e400,\"message\":\"\"}}"))
        .isInstanceOf(Message.ErrorResponse.class);
  }
}

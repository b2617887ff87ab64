// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.launcher.real.EchoLoad.Call;
import dev.cleat.launcher.real.EchoLoad.Tally;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our servers as processes, with 32 calls in flight: each is answered, once, and with its own
 * answer.
 */
@ExtendWith(NoLeaks.class)
class EchoLoadIT {
  private static final int IN_FLIGHT = 32;
  private static final Duration TIME = Duration.ofSeconds(5);
  private static final int LONG_MESSAGE = 20_000;

  @TempDir Path scratch;

  @BeforeAll
  static void build(@TempDir Path folder) throws Exception {
    Peers.build(folder, "cleat", "--version");
    Peers.build(folder, "examples/conformance/echo");
  }

  @AfterEach
  void nothingIsLeftRunning() throws Exception {
    Leftovers.assertNoneIn(scratch);
  }

  @Test
  void theSmallestServerAnswersEveryCallOnce() throws Exception {
    try (EchoLoad load = new EchoLoad(scratch, List.of(Peers.ours("examples/conformance/echo")))) {
      load.initialize();

      Tally tally = load.run(IN_FLIGHT, TIME, number -> echo("message " + number));

      assertThat(tally.wrong()).isEmpty();
      assertThat(tally.answered()).isGreaterThan(IN_FLIGHT);
      assertThat(load.end()).isZero();
    }
  }

  @Test
  void messagesOfAllLengthsAndCharactersComeBackAsTheyWere() throws Exception {
    try (EchoLoad load = new EchoLoad(scratch, List.of(Peers.ours("examples/conformance/echo")))) {
      load.initialize();

      Tally tally = load.run(IN_FLIGHT, TIME, number -> echo(anyText(number)));

      assertThat(tally.wrong()).isEmpty();
      assertThat(tally.answered()).isGreaterThan(IN_FLIGHT);
      assertThat(load.end()).isZero();
    }
  }

  @Test
  void theCommandAnswersEveryCallOnce() throws Exception {
    Files.writeString(
        scratch.resolve("cleat.json"),
        Json.print(Map.of("providers", Map.of("nvml", Map.of("source", "simulated:h100x8")))));
    try (EchoLoad load = new EchoLoad(scratch, List.of(Peers.ours("cleat"), "serve"))) {
      load.initialize();

      Tally tally = load.run(IN_FLIGHT, TIME, EchoLoadIT::health);

      assertThat(tally.wrong()).isEmpty();
      assertThat(tally.answered()).isGreaterThan(IN_FLIGHT);
      assertThat(load.end()).isZero();
    }
  }

  private static Call echo(String message) {
    return new Call(
        Map.of("name", "echo", "arguments", Map.of("message", message)),
        result -> result.get("content").equals(List.of(Map.of("type", "text", "text", message))));
  }

  /** Asks for one GPU or another, so that an answer shows which call it is of. */
  private static Call health(long number) {
    long gpu = number % 8;
    Map<String, Object> arguments = Map.of("gpus", List.of(gpu), "detail", "full");
    return new Call(
        Map.of("name", "get_gpu_health", "arguments", arguments),
        result ->
            result.get("structuredContent") instanceof Map<?, ?> answer
                && answer.get("gpus") instanceof List<?> gpus
                && gpus.size() == 1
                && gpus.get(0) instanceof Map<?, ?> only
                && Long.valueOf(gpu).equals(only.get("index")));
  }

  /** Text with the seed {@code number}: any length, any characters. */
  private static String anyText(long number) {
    Random random = new Random(number);
    int length = number % 100 == 0 ? LONG_MESSAGE : random.nextInt(200);
    StringBuilder text = new StringBuilder();
    random
        .ints(length, 0, Character.MAX_CODE_POINT + 1)
        .map(any -> random.nextBoolean() ? any % 0x80 : any)
        .filter(any -> any < Character.MIN_SURROGATE || any > Character.MAX_SURROGATE)
        .forEach(text::appendCodePoint);
    return text.toString();
  }
}

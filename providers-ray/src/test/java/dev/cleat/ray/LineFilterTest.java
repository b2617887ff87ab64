// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineFilterTest {
  @Test
  void anExpressionIsFoundAnywhereInALine() {
    LineFilter filter = LineFilter.regex("step \\d+: loss=0\\.0[1-3]");

    assertThat(filter.fits("12:00 step 17: loss=0.02")).isTrue();
    assertThat(filter.fits("12:00 step x: loss=0.02")).isFalse();
    assertThat(LineFilter.regex("(?i)WARN").fits("a warning")).isTrue();
    assertThat(LineFilter.regex("WARN").fits("a warning")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a{2", "[z-a]", "*x", "\\", "(?<n>a)(?<n>b)"})
  void whatIsNoExpressionIsRefusedWithWhereAndWhy(String regex) {
    assertThatThrownBy(() -> LineFilter.regex(regex))
        .isInstanceOfSatisfying(
            ToolFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(INVALID_ARGUMENT);
              assertThat(failure.getMessage()).contains("not a regular expression");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)[^a!]$", "^(([a-z])+.)+[A-Z]$"})
  void anExpressionThatNeverEndsIsGivenUp(String regex) {
    LineFilter filter = LineFilter.regex(regex);
    String line = "a".repeat(Bounds.LINE_BYTES - 1) + "!";

    assertThat(filter.fits(line)).isFalse();

    assertThat(filter.failure()).isPresent();
    assertThat(filter.failure().get().hint()).contains("(a+)+");
    assertThat(filter.fits("anything")).as("is not tried again").isFalse();
  }

  @Test
  void manyLinesThatEachTakeLongAreGivenUpTogether() {
    LineFilter filter = LineFilter.regex(".*b.*c");
    String line = "a".repeat(1200) + "!";
    int lines = 0;
    while (filter.failure().isEmpty() && lines < 10_000) {
      filter.fits(line);
      lines++;
    }

    assertThat(filter.failure()).isPresent();
    assertThat(lines).isGreaterThan(1);
  }

  @Property(tries = 300)
  void anyTextAsExpressionEndsInAnAnswerOrARefusal(
      @ForAll @StringLength(max = 30) String regex, @ForAll @StringLength(max = 200) String line) {
    try {
      LineFilter filter = LineFilter.regex(regex);
      boolean fits = filter.fits(line);
      assertThat(fits && filter.failure().isPresent()).isFalse();
    } catch (ToolFailure refused) {
      assertThat(refused.kind()).isEqualTo(INVALID_ARGUMENT);
    }
  }

  @Test
  void ofALogTheLinesThatFitAreAnswered() throws Exception {
    byte[] log =
        ("one 1\ntwo two\nthree 3\n" + "a".repeat(4000) + "!\n").getBytes(StandardCharsets.UTF_8);
    try (ScriptedDashboard server = new ScriptedDashboard().job("a", "RUNNING");
        OpenTools tools = OpenTools.at(server.url())) {
      server.on("GET /api/v0/logs/file", request -> Reply.bytes(log));

      assertThat(tools.answer("retrieve_logs", query("\\w+ \\d$", true)))
          .containsEntry("workload_output", List.of("one 1", "three 3"));
      assertThat(tools.answer("retrieve_logs", query("\\d", false)))
          .as("plain text is no expression")
          .containsEntry("workload_output", List.of());
      ToolResult.Failure costly =
          tools.failure(INVALID_ARGUMENT, "retrieve_logs", query("(a|aa)+$", true));
      assertThat(costly.message()).contains("too long");
      tools.failure(INVALID_ARGUMENT, "retrieve_logs", query("(", true));
      assertThat(
              tools
                  .failure(
                      INVALID_ARGUMENT, "retrieve_logs", Map.of("identifier", "a", "regex", true))
                  .message())
          .contains("without filter");
    }
  }

  private static Map<String, Object> query(String filter, boolean regex) {
    return Map.of("identifier", "a", "filter", filter, "regex", regex);
  }
}

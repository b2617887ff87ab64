// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resource templates of other servers, which may use all of RFC 6570. */
class ForeignTemplatesTest {
  private static ServedTemplate served(String template) {
    return new ServedTemplate(
        new ResourceTemplate(
            template, "t", Optional.empty(), Optional.empty(), Optional.empty(), Map.of()),
        (request, context) -> List.of(),
        CacheHint.NONE,
        Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "file:///{+path},            file:///a/b/c.txt",
    "file://{/dir*}/{name},      file:///a/b/c",
    "repo://{owner}/{name}{?ref},repo://o/n?ref=x",
    "repo://{owner}/{name}{?ref},repo://o/n",
    "db://{table}{?limit}{&page},db://t?limit=3&page=2",
    "x://{a:3}{.ext},            x://abc.txt",
    "x://{;a}/y,                 x://;a=1/y",
    "x://a{#part},               x://a#there",
  })
  void aUriThatMayHaveComeFromItFits(String template, String uri) {
    assertThat(served(template).match(uri)).contains(Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "file:///{+path},            http:///a",
    "repo://{owner}/{name}{?ref},repo://o/n/m",
    "x://{a*}/end,               x://a/b/end",
    "x://{a*}/end,               x://a/en",
    "x://{a*}/end,               x://a/end/",
    "x://a{&b},                  x://ab=1",
  })
  void anyOtherDoesNot(String template, String uri) {
    assertThat(served(template).match(uri)).isEmpty();
  }

  @Test
  void itsVariablesAreNamed() {
    assertThat(served("x://{+a}/{b*}{?c,d:3}").variables()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aPlainOneStillTellsWhatItsVariablesStandFor() {
    assertThat(served("x://{a}/{b}").match("x://1/2%20")).contains(Map.of("a", "1", "b", "2 "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x://{", "x://}", "x://{a}{", "x://{!a}", "x://{a b}", "x://{+a,}", "{}"})
  void whatIsNoTemplateIsRefused(String template) {
    assertThatThrownBy(() -> served(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no URI template of RFC 6570");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x://{+a}", "x://{a*}", "x://{", "x://a}"})
  void oneOfThisProcessHasToBePlain(String template) {
    assertThatThrownBy(() -> ResourceTemplate.of(template))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noTemplateMakesMatchingTakeLong() {
    String template = "x://" + "{+a}".repeat(500) + "end";
    ServedTemplate nasty = served(template);
    // By trying one way after the other this would not end before the test run does.
    assertThat(nasty.match("x://" + "e".repeat(4_000) + "en")).isEmpty();
    assertThat(nasty.match("x://" + "e".repeat(5_000) + "end")).as("too long").isEmpty();
  }
}

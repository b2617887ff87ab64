// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderValueTest {
  @Property
  void anyTextSurvivesAHeader(@ForAll String text) {
    boolean whole = text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    String value = HeaderValue.encode(text);

    assertThat(value).matches("[ -~]*").isEqualTo(value.strip());
    if (whole) {
      assertThat(HeaderValue.decode(value)).isEqualTo(text);
    }
  }

  @Test
  void plainTextStaysAsItIs() {
    assertThat(HeaderValue.encode("get_weather")).isEqualTo("get_weather");
    assertThat(HeaderValue.encode("two words")).isEqualTo("two words");
    assertThat(HeaderValue.encode(" blank")).isEqualTo("=?base64?IGJsYW5r?=");
    assertThat(HeaderValue.encode("=?base64?eA==?=")).startsWith("=?base64?PT9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=?base64?SGVsbG8?=", "=?base64?!!!!?=", "=?base64?/w==?=", "=?base64?eA=?="})
  void whatLooksWrappedAndIsNotIsRefused(String value) {
    assertThatThrownBy(() -> HeaderValue.decode(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Base64");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardAddressTest {
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8265, http://127.0.0.1:8265",
    "HTTP://Ray-Head.Example:8265/, http://ray-head.example:8265",
    "https://ray.example, https://ray.example",
    "https://ray.example:443, https://ray.example",
    "https://ray.example/team/ray/, https://ray.example/team/ray",
    "http://[::1]:8265, http://[::1]:8265",
    "http://[FE80::1]:1, http://[fe80::1]:1",
    "http://0.0.0.0:65535, http://0.0.0.0:65535",
    "http://9lives:80, http://9lives",
    "http://a.b-c.d1:8265, http://a.b-c.d1:8265",
  })
  void aPlainAddressIsReadAndPrintedInOneWay(String text, String printed) {
    assertThat(DashboardAddress.parse(text)).hasToString(printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://192.168..1:8080",
        "http://192.168.1.:8080",
        "http://256.1.1.1:8265",
        "http://1.2.3:8265",
        "http://01.2.3.4:8265",
        "http://0x7f.1:8265",
        "http://0x7f000001:8265",
        "http://2130706433:8265",
        "http://1.2.3.4.5:8265",
        "http://example.1:8265",
        "http://-ray:8265",
        "http://ray-:8265",
        "http://ray_head:8265",
        "http://räy:8265",
        "http://ray.:8265",
        "http://.ray:8265",
        "http://:8265",
        "http://",
        "http://ray:0",
        "http://ray:65536",
        "http://ray:08265",
        "http://ray:",
        "http://ray:8265:1",
        "http://[::1",
        "http://[::1%25eth0]:8265",
        "http://[1.2.3.4]:8265",
        "http://[::g]:8265",
        "http://[]:8265",
        "http://::1:8265",
        "http://ray:8265/../x",
        "http://ray:8265//x",
        "http://ray:8265/%2e%2e",
        "http://ray:8265/a b",
        "http://ray:8265\\x",
        "http://ray:8265\n",
        " http://ray:8265",
        "http://ray:8265?x=1",
        "http://127.0.0.1:8265/#/overview",
        "ftp://ray:8265",
        "file:///etc/passwd",
        "ray:8265",
        "127.0.0.1:8265",
        "ray://head:10001",
        "http:ray:8265",
        "",
      })
  void anythingElseIsRefusedWithWhatIsAllowed(String text) {
    assertThatThrownBy(() -> DashboardAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Allowed is http or https");
  }

  @Test
  void aPasswordInAnAddressIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> DashboardAddress.parse("http://me:hunter2@ray:8265"))
        .hasMessageContaining("\"token\"")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aMessageQuotesNoMoreThanIsReadable() {
    assertThatThrownBy(() -> DashboardAddress.parse("http://" + "x".repeat(2000) + ":1"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
  }

  @Property(tries = 2000)
  void aTextIsRefusedOrPrintedAndReadAgainAsTheSame(@ForAll("almostAddresses") String text) {
    DashboardAddress address;
    try {
      address = DashboardAddress.parse(text);
    } catch (IllegalArgumentException refused) {
      return;
    }

    DashboardAddress again = DashboardAddress.parse(address.toString());

    assertThat(again).isEqualTo(address).hasToString(address.toString());
    assertThat(address.resolve("/api/version").getHost()).isEqualTo(address.host());
    assertThat(address.resolve("/api/version").getUserInfo()).isNull();
  }

  @Property(tries = 500)
  void aHostThatEndsInANumberIsAStrictQuad(@ForAll("numericHosts") String host) {
    boolean quad =
        host.matches("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}")
            && java.util.Arrays.stream(host.split("\\.")).allMatch(n -> Integer.parseInt(n) < 256);

    if (quad) {
      assertThat(DashboardAddress.parse("http://" + host + ":8265").host()).isEqualTo(host);
    } else {
      assertThatThrownBy(() -> DashboardAddress.parse("http://" + host + ":8265"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Provide
  Arbitrary<String> almostAddresses() {
    Arbitrary<String> part =
        Arbitraries.of(
            "http", "https", "://", ":", "/", "//", ".", "..", "127", "0", "256", "ray", "-", "a",
            "[::1]", "[", "]", "@", "?", "#", "%41", "8265", "65536", "é", "\u0000", " ", "_", "~");
    Arbitrary<String> soup = part.list().ofMaxSize(10).map(parts -> String.join("", parts));
    Arbitrary<String> prefixed =
        Combinators.combine(Arbitraries.of("http://", "https://"), soup).as(String::concat);
    return Arbitraries.oneOf(soup, prefixed, Arbitraries.strings().ofMaxLength(40));
  }

  @Provide
  Arbitrary<String> numericHosts() {
    Arbitrary<String> label =
        Arbitraries.of("0", "1", "01", "10", "127", "255", "256", "999", "0x1");
    return label.list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.net.InetAddress;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a caller of the tools may have us connect to. */
class AllowedAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8265",
        "http://127.9.9.9",
        "http://[::1]:8265",
        "http://localhost:8265",
        "http://[::ffff:127.0.0.1]:8265"
      })
  void thisMachineIsAllowed(String url) {
    assertThatCode(() -> require(List.of(), url)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.0.1:8265",
        "http://192.168.1.1:8265",
        "http://192.0.2.7",
        "http://169.254.169.254",
        "http://[fd00:ec2::254]",
        "http://[fe80::1]",
        "http://0.0.0.0:8265",
        "http://[::]:8265",
        "http://[::ffff:10.0.0.1]:8265"
      })
  void nothingElseIsUnlessAPersonSaysSo(String url) {
    assertThatThrownBy(() -> require(List.of("ray.example.org", "10.1.0.0/16"), url))
        .isInstanceOfSatisfying(
            ToolFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
              assertThat(failure.hint()).contains("providers.ray.allowedDashboards");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, http://10.200.3.4:8265",
    "10.0.0.1, http://10.0.0.1",
    "192.0.2.0/30, http://192.0.2.3",
    "fd00::/8, http://[fd00::1]:8265",
    "[fd00::1], http://[fd00::1]:8265",
    "0.0.0.0/0, http://203.0.113.9",
    "169.254.0.0/16, http://169.254.169.254"
  })
  void aRangeIsAllowedWhole(String allowed, String url) {
    assertThatCode(() -> require(List.of(allowed), url)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, http://11.0.0.0",
    "192.0.2.0/30, http://192.0.2.4",
    "192.0.2.4/30, http://192.0.2.3",
    "10.0.0.1, http://10.0.0.2",
    "::/0, http://10.0.0.1",
    "0.0.0.0/0, http://[fd00::1]"
  })
  void whatIsBesideItIsNot(String allowed, String url) {
    assertThatThrownBy(() -> require(List.of(allowed), url)).isInstanceOf(ToolFailure.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://ray:8265",
        "ray:8265",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "ray.example.org/8",
        "192.168..1",
        "*",
        "*.*.org",
        "a b",
        "fe80::1%eth0"
      })
  void whatIsNeitherHostNorRangeIsRefused(String entry) {
    assertThatThrownBy(() -> AllowedAddresses.of(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("such as 10.0.0.0/8");
  }

  @Property(tries = 500)
  void aRangeHoldsTheAddressesWithItsFirstBits(
      @ForAll @Size(4) byte[] network,
      @ForAll @IntRange(max = 32) int bits,
      @ForAll @Size(4) byte[] other)
      throws Exception {
    String first = InetAddress.getByAddress(network).getHostAddress();
    InetAddress address = InetAddress.getByAddress(other);
    boolean inside =
        bits == 0 || (number(network) >>> (32 - bits)) == (number(other) >>> (32 - bits));
    boolean allowed = allows(List.of(first + "/" + bits), "http://" + address.getHostAddress());

    assertThat(allowed).isEqualTo(inside || address.isLoopbackAddress());
  }

  @Test
  void aNameThatIsAllowedMayLeadToThisMachineAndNotToMetadata() {
    assertThat(allows(List.of("localhost"), "http://localhost:8265")).isTrue();
    assertThat(allows(List.of("*.example.org"), "http://169.254.169.254")).isFalse();
  }

  private static long number(byte[] bytes) {
    long number = 0;
    for (byte b : bytes) {
      number = number << 8 | b & 0xff;
    }
    return number;
  }

  private static boolean allows(List<String> allowed, String url) {
    try {
      require(allowed, url);
      return true;
    } catch (ToolFailure failure) {
      return false;
    }
  }

  private static void require(List<String> allowed, String url) {
    AllowedAddresses.of(allowed).require(DashboardAddress.parse(url));
  }
}

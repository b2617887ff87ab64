// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254",
        "http://169.254.0.1:8265",
        "http://[fe80::1]:8265",
        "http://[::ffff:169.254.169.254]:8265",
        "http://[fd00:ec2::254]:8265",
        "http://100.100.100.200:8265",
        "http://0.0.0.0:8265",
        "http://224.0.0.1:8265"
      })
  void anAddressThatNobodyConfiguredMayNotLeadToMetadata(String url) {
    assertThatThrownBy(() -> AddressPolicy.check(endpoint(url, false)))
        .isInstanceOfSatisfying(
            ToolFailure.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_ALLOWED));
    assertThatCode(() -> AddressPolicy.check(endpoint(url, true))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8265", "http://[::1]:8265", "http://192.0.2.7:8265"})
  void otherAddressesMayBeReached(String url) {
    assertThatCode(() -> AddressPolicy.check(endpoint(url, false))).doesNotThrowAnyException();
  }

  private static DashboardEndpoint endpoint(String url, boolean trusted) {
    return new DashboardEndpoint(DashboardAddress.parse(url), Optional.empty(), trusted);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LossTest {
  @Test
  void countsAsSentUnlessItIsPlainThatItWasNot() {
    assertThat(Loss.of(new RuntimeException("something")).sent()).isTrue();
    assertThat(Loss.of(new RuntimeException(new TimeoutException())).sent()).isTrue();

    assertThat(Loss.of(new RuntimeException(new ConnectException("refused"))).sent()).isFalse();
    assertThat(Loss.of(new RuntimeException("Failed to enqueue message")).sent()).isFalse();
    assertThat(
            Loss.of(
                    new RuntimeException(
                        "Client failed to initialize call", new TimeoutException()))
                .sent())
        .isFalse();
  }

  @Test
  void namesTheReason() {
    assertThat(Loss.of(new RuntimeException(new ConnectException("refused"))).reason())
        .isEqualTo("the SDK's client has no answer: refused");
    assertThat(Loss.of(new RuntimeException(new TimeoutException("Did not observe"))).reason())
        .endsWith("its request timeout is over");
  }

  @Test
  void seesThatTheSessionIsOver() {
    assertThat(Loss.of(new RuntimeException("MCP session with server terminated")).sessionOver())
        .isTrue();
    assertThat(Loss.of(new RuntimeException("something")).sessionOver()).isFalse();
  }
}

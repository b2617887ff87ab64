// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent;
import dev.cleat.registry.RegistryEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person hears of servers that cannot be connected. */
class UpstreamNewsTest {
  private final List<String> told = new ArrayList<>();
  private final UpstreamNews news = new UpstreamNews(told::add);

  private void happens(Kind kind, String detail) {
    news.onEvent(new RegistryEvent(Namespace.of("time"), 0, kind, detail));
  }

  @Test
  void aReasonIsToldOnceAndAnotherOneToo() {
    happens(Kind.CONNECTING, "");
    happens(Kind.CONNECT_FAILED, "No such command.");
    happens(Kind.CONNECT_FAILED, "No such command.");
    happens(Kind.NEEDS_AUTH, "It wants a token.");

    assertThat(told).containsExactly("No such command.", "It wants a token.");
  }

  @Test
  void afterItWasConnectedTheSameReasonIsNewsAgain() {
    happens(Kind.CONNECT_FAILED, "No such command.");
    happens(Kind.READY, "");
    happens(Kind.CONNECT_FAILED, "No such command.");

    assertThat(told).hasSize(2);
  }

  @Test
  void thatItIsGivenUpForNowIsSaid() {
    happens(Kind.CRASH_LOOP, "No such command.");

    assertThat(told).singleElement().asString().startsWith("No such command. It has failed");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls by name to clients that have never been connected, as a gateway gets them. */
@ExtendWith(NoLeaks.class)
class ArrivalsTest {
  private static final ClientDefinition SERVER = ClientDefinition.command("server");

  private final Aside aside = new Aside();
  private final LiveSupervision all = new LiveSupervision();

  @AfterEach
  void end() {
    all.close();
    aside.close();
  }

  @Test
  void aCallWaitsForAClientThatIsBeingConnected() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch connecting = new CountDownLatch(1);
    all.nextAfter(go, connecting, new FakeClient("client"));
    all.want(SERVER);
    Aside.await(connecting);

    Future<Boolean> finding = aside.call(() -> all.toolSet().find("ray__echo").isPresent());
    assertThat(all.toolSet().tools()).isEmpty();
    go.countDown();

    assertThat(Aside.get(finding)).isTrue();
  }

  @Test
  void whoCallsAClientThatCannotBeConnectedHearsWhyAlsoIfItMayOnlyRead() throws Exception {
    all.nextFails("the disk is full");
    all.want(SERVER);

    try (McpServer server =
            McpServer.builder().tools(all.toolSet()).access(Access.READ_ONLY).build();
        TestClient client = TestClient.inProcess(server)) {
      assertThat(client.call("ray__echo", Map.of()).failsWith(FailureKind.UNAVAILABLE).message())
          .contains("\"ray\" is down: the disk is full");
    }
  }

  @Test
  void aNameThatNobodyWantsIsNotWaitedFor() {
    assertThat(all.toolSet().find("other__echo")).isEmpty();
    assertThat(all.toolSet().find("no name of a client's tool")).isEmpty();
  }

  @Test
  void aToolThatAConnectedClientDoesNotHaveIsNotWaitedFor() {
    all.register(new FakeClient("client"));

    assertThat(all.toolSet().find("ray__other")).isEmpty();
    assertThat(Arrivals.unreachable("x", new McpException.NotSent("y")).name()).isEqualTo("x");
    assertThat(Namespace.of("ray")).isEqualTo(LiveSupervision.RAY);
  }
}

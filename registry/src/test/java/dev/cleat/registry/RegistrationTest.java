// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.TransportProvider;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which client becomes current, and what becomes of those that do not. */
@ExtendWith(NoLeaks.class)
class RegistrationTest {
  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private static Runnable throwing(RuntimeException e) {
    return () -> {
      throw e;
    };
  }

  private String call() {
    return registry.callTool("ray__echo", Map.of()).text();
  }

  @Test
  void aClientThatCannotListItsToolsIsClosedAndLeavesTheOldOneInPlace() throws Exception {
    registry.register("ray", new FakeClient("old"));
    FakeClient broken = new FakeClient("new").onList(throwing(new McpException.NotSent("gone")));

    assertThatThrownBy(() -> registry.register("ray", broken))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessage("\"ray\" is connected, and does not list its tools. gone");

    assertThat(call()).isEqualTo("old");
    broken.assertClosedProperly();
  }

  @Test
  void aClientThatDiesBeforeItIsCurrentIsClosedAndLeavesTheOldOneInPlace() throws Exception {
    registry.register("ray", new FakeClient("old"));
    FakeClient dying = new FakeClient("new");
    dying.onList(() -> dying.lose("the process exited with code 3."));

    assertThatThrownBy(() -> registry.register("ray", dying))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("the process exited with code 3.");

    assertThat(call()).isEqualTo("old");
    dying.assertClosedProperly();
  }

  @Test
  void aClientThatCannotBeListenedToIsClosedAndLeavesTheOldOneInPlace() throws Exception {
    FakeClient old = new FakeClient("old");
    registry.register("ray", old);
    FakeClient broken = new FakeClient("new").onHook(throwing(new IllegalStateException("no")));

    assertThatThrownBy(() -> registry.register("ray", broken)).hasMessage("no");

    assertThat(call()).isEqualTo("old");
    broken.assertClosedProperly();
    assertThat(old.isClosed()).isFalse();
  }

  @Test
  void whyARegistrationFailedIsToldAlsoWhenClosingFailsToo() throws Exception {
    FakeClient broken =
        new FakeClient("new")
            .onList(throwing(new IllegalArgumentException("the cause")))
            .onClose(throwing(new IllegalStateException("and more")));

    assertThatThrownBy(() -> registry.register("ray", broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the cause")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    broken.assertClosedProperly();
  }

  @Test
  void aClientForSomethingThatIsNoNamespaceIsClosed() throws Exception {
    FakeClient client = new FakeClient("client");

    assertThatThrownBy(() -> registry.register("no__namespace", client))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a namespace");

    client.assertClosedProperly();
  }

  @Test
  void theLaterOfTwoRegistrationsWinsHoweverLongItTakes() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient first = new FakeClient("first").onList(() -> Aside.hold(go));
    FakeClient second = new FakeClient("second");
    Future<Void> slow = aside.run(() -> registry.register("ray", first));
    Aside.await(first.listed);
    registry.register("ray", second);

    go.countDown();

    assertThatThrownBy(() -> Aside.get(slow))
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("A later registration or removal of \"ray\" was quicker.");
    assertThat(call()).isEqualTo("second");
    first.assertClosedProperly();
    assertThat(second.isClosed()).isFalse();
  }

  @Test
  void aLaterRegistrationThatFailsDoesNotCountAgainstAnEarlierOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient first = new FakeClient("first").onList(() -> Aside.hold(go));
    Future<Void> slow = aside.run(() -> registry.register("ray", first));
    Aside.await(first.listed);
    FakeClient second = new FakeClient("second").onList(throwing(new IllegalStateException("no")));
    assertThatThrownBy(() -> registry.register("ray", second)).hasMessage("no");

    go.countDown();

    Aside.get(slow);
    assertThat(call()).isEqualTo("first");
    second.assertClosedProperly();
  }

  @Test
  void aRemovalWhileAClientConnectsCountsAgainstIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient client = new FakeClient("client").onList(() -> Aside.hold(go));
    Future<Void> slow = aside.run(() -> registry.register("ray", client));
    Aside.await(client.listed);

    assertThat(registry.unregister("ray")).isFalse();
    go.countDown();

    assertThatThrownBy(() -> Aside.get(slow)).isInstanceOf(McpException.Closed.class);
    assertThatThrownBy(this::call).isInstanceOf(McpException.NotFound.class);
    client.assertClosedProperly();
  }

  @Test
  void aRegistrationThatIsInterruptedEndsAsCancelled() throws Exception {
    CountDownLatch listing = new CountDownLatch(1);
    CompletableFuture<Thread> registering = new CompletableFuture<>();
    FakeClient client =
        new FakeClient("client")
            .onList(
                () -> {
                  registering.complete(Thread.currentThread());
                  try {
                    Aside.await(listing);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new McpException.Cancelled("tools/list", true);
                  }
                });
    AtomicBoolean hurried = new AtomicBoolean();
    client.onClose(() -> hurried.set(Thread.currentThread().isInterrupted()));
    Future<Boolean> slow =
        aside.call(
            () -> {
              assertThatThrownBy(() -> registry.register("ray", client))
                  .isInstanceOf(McpException.Cancelled.class);
              return Thread.interrupted();
            });

    Aside.get(registering).interrupt();

    assertThat(Aside.get(slow)).isTrue();
    client.assertClosedProperly();
    assertThat(hurried).as("closed in a hurry").isFalse();
  }

  private static ServedTool bare(String name) {
    return new ServedTool(FakeClient.tool(name), (call, context) -> ToolResult.text(name));
  }

  @Test
  void twoToolSetsWithOneNameAreAnErrorThatNamesBoth() {
    AtomicInteger closings = new AtomicInteger();
    registry.registerTools("first", ToolSet.of(bare("roll"), bare("draw")));
    ToolSet second = ToolSet.of(List.of(bare("roll")), closings::incrementAndGet);

    assertThatThrownBy(() -> registry.registerTools("second", second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The tool \"roll\" is offered by both first and second. Leave one of them out.");

    assertThat(closings).hasValue(1);
    assertThat(registry.tools()).extracting(Tool::name).containsExactly("roll", "draw");
    assertThat(registry.callTool("roll", Map.of()).text()).isEqualTo("roll");
    assertThat(registry.snapshot().clients()).hasSize(1);
  }

  @Test
  void aToolSetMayKeepItsNamesWhenItIsReplaced() {
    AtomicInteger closings = new AtomicInteger();
    registry.registerTools("first", ToolSet.of(List.of(bare("roll")), closings::incrementAndGet));

    registry.registerTools("first", ToolSet.of(bare("roll")));

    Aside.until("the old set is closed", () -> closings.get() == 1);
    assertThat(registry.callTool("roll", Map.of()).text()).isEqualTo("roll");
  }

  @Test
  void anUnknownToolIsAnsweredWithTheNearestName() {
    registry.register("ray", new FakeClient("ray", "list_jobs", "submit_job"));

    assertThatThrownBy(() -> registry.callTool("ray__list_job", Map.of()))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessage("There is no tool \"ray__list_job\". Did you mean \"ray__list_jobs\"?");
    assertThatThrownBy(() -> registry.callTool("completely different", Map.of()))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessage("There is no tool \"completely different\".");
  }

  @Test
  void anUnknownNamespaceIsAnsweredWithTheNearestNameAndAllThereAre() {
    assertThatThrownBy(() -> registry.acquire("ray"))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessage("There is no client \"ray\". Nothing is registered.");
    registry.register("ray", new FakeClient("ray"));
    registry.register("time", new FakeClient("time"));

    assertThatThrownBy(() -> registry.acquire("rai"))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessage("There is no client \"rai\". Did you mean \"ray\"? Registered are ray, time.");
  }

  @Test
  void aServerWithoutATransportIsRefusedAndToldWhichThereAre() {
    assertThatThrownBy(
            () -> registry.register("wiki", ClientDefinition.url("gopher://example.org/mcp")))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessage(
            "\"wiki\" is reached by a url, and no transport for that is on the class path."
                + " There are [http, stdio].");
  }

  @Test
  void aLostClientStaysInItsPlaceAndSaysWhy() throws Exception {
    FakeClient client = new FakeClient("ray");
    registry.register("ray", client);

    client.lose("the process exited with code 137.");

    client.assertClosedProperly();
    assertThatThrownBy(this::call)
        .isInstanceOfSatisfying(
            McpException.NotSent.class, e -> assertThat(e.mayHaveExecuted()).isFalse())
        .hasMessage(
            "The client \"ray\" is down: the process exited with code 137. Register it again.");
    assertThatThrownBy(() -> registry.acquire("ray")).isInstanceOf(McpException.NotSent.class);
    RegistrySnapshot.ClientView view = registry.snapshot().clients().get(0);
    assertThat(view.state()).isEqualTo(RegistrySnapshot.State.LOST);
    assertThat(view.trouble()).contains("the process exited with code 137.");

    registry.register("ray", new FakeClient("again"));

    assertThat(call()).isEqualTo("again");
    Aside.until("the lost one is gone", () -> registry.snapshot().clients().size() == 1);
  }

  @Test
  void theLossOfAnOldClientDoesNotTouchTheNewOne() throws Exception {
    FakeClient old = new FakeClient("old");
    registry.register("ray", old);
    Lease lease = registry.acquire("ray");
    registry.register("ray", new FakeClient("new"));

    old.lose("the process exited with code 1.");

    assertThat(call()).isEqualTo("new");
    assertThat(registry.snapshot().clients())
        .extracting(RegistrySnapshot.ClientView::state)
        .containsExactly(RegistrySnapshot.State.READY, RegistrySnapshot.State.DRAINING);
    lease.close();
    old.assertClosedProperly();
  }

  @Test
  void aTransportThatIsGivenGoesBeforeThoseThatAreFound() {
    TransportProvider given =
        new TransportProvider() {
          @Override
          public String name() {
            return "given";
          }

          @Override
          public boolean handles(ClientDefinition definition) {
            return true;
          }

          @Override
          public Connection open(String label, ClientDefinition definition, Limits limits) {
            throw new McpException.ConnectFailed(
                label + " within " + limits.connectTimeout() + " and " + limits.callTimeout(),
                null);
          }
        };
    ClientDefinition definition =
        ClientDefinition.builder().command("any").connectTimeout(Duration.ofSeconds(7)).build();

    try (McpRegistry other =
        McpRegistry.builder().transport(given).limits(Limits.defaults()).build()) {
      assertThatThrownBy(() -> other.register("ray", definition))
          .isInstanceOf(McpException.ConnectFailed.class)
          .hasMessage("\"ray\" cannot be connected. ray within PT7S and PT2M");
    }
  }

  @Test
  void withoutTransportsOnItsClassPathARegistrySaysSo() {
    try (McpRegistry bare =
        McpRegistry.builder().classLoader(ClassLoader.getPlatformClassLoader()).build()) {
      assertThatThrownBy(() -> bare.register("ray", ClientDefinition.command("any")))
          .isInstanceOf(McpException.ConnectFailed.class)
          .hasMessage(
              "\"ray\" is reached by a command, and no transport for that is on the class path."
                  + " There are [].");
    }
  }

  @Test
  void limitsBelowZeroAreRefused() {
    Duration below = Duration.ofMillis(-1);

    assertRefused(RegistryConfig.builder().drainLimit(below));
    assertRefused(RegistryConfig.builder().closeLimit(below));
    assertRefused(RegistryConfig.builder().forceLimit(below));
    assertRefused(RegistryConfig.builder().maxResends(-1));
  }

  private static void assertRefused(RegistryConfig.Builder config) {
    assertThatThrownBy(config::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Limits must not be negative: ");
  }
}

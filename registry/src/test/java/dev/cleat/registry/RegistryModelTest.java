// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The whole registry against a map and counters, in random order. */
class RegistryModelTest {
  private static final List<String> NAMESPACES = List.of("a", "b", "c");

  /** What can be done to a registry. */
  enum Step {
    REGISTER,
    REGISTER_AGAIN,
    REGISTER_BROKEN,
    REGISTER_TOOLS,
    UNREGISTER,
    ACQUIRE,
    ACQUIRE_MORE,
    RELEASE,
    CALL,
    CALL_LEASED,
    LOSE,
    CHANGE_TOOLS,
    CLOSE
  }

  record Action(Step step, int which) {}

  /** One client that was given to the registry, as far as the model knows it. */
  private static final class Client {
    final Optional<FakeClient> fake;
    final AtomicInteger closings;
    final CompletableFuture<Thread> closed = new CompletableFuture<>();
    List<String> tools;
    int leases;
    boolean current;
    boolean lost;
    boolean forced;

    Client(FakeClient fake, String tool) {
      this.fake = Optional.of(fake);
      closings = fake.closings;
      tools = List.of(tool);
    }

    Client(String tool) {
      fake = Optional.empty();
      closings = new AtomicInteger();
      tools = List.of(tool);
    }

    ToolSet set() {
      ServedTool tool =
          new ServedTool(
              FakeClient.tool(tools.get(0)), (call, context) -> ToolResult.text("a set"));
      return ToolSet.of(
          List.of(tool),
          () -> {
            closings.incrementAndGet();
            closed.complete(Thread.currentThread());
          });
    }

    boolean isEnded() {
      return forced || leases == 0 && (lost || !current);
    }

    Thread awaitClosed() throws Exception {
      return fake.isPresent() ? fake.get().awaitClosed() : Aside.get(closed);
    }
  }

  private record Leased(Client client, Lease lease) {}

  private final McpRegistry registry =
      McpRegistry.builder()
          .config(RegistryConfig.builder().closeLimit(Duration.ofMillis(1)).build())
          .build();
  private final Map<String, Client> current = new TreeMap<>();
  private final List<Client> all = new ArrayList<>();
  private final List<Leased> leases = new ArrayList<>();
  private boolean closed;
  private int number;

  @Property(tries = 300)
  void itDoesWhatAMapWithCountersDoes(@ForAll("actions") List<Action> actions) throws Exception {
    RegistryModelTest run = new RegistryModelTest();
    try {
      for (Action action : actions) {
        run.take(action.step(), action.which());
        run.check();
      }
      run.closeAll();
    } finally {
      run.registry.close();
    }
  }

  @Provide
  Arbitrary<List<Action>> actions() {
    return Combinators.combine(
            Arbitraries.of(Step.class), Arbitraries.integers().between(0, NAMESPACES.size() - 1))
        .as(Action::new)
        .list()
        .ofMaxSize(40);
  }

  private void take(Step step, int which) throws Exception {
    String namespace = NAMESPACES.get(which);
    switch (step) {
      case REGISTER, REGISTER_AGAIN -> register(namespace);
      case REGISTER_BROKEN -> registerBroken(namespace);
      case REGISTER_TOOLS -> registerTools(namespace, "bare" + number++ % 2);
      case UNREGISTER -> {
        Optional<Client> old = retire(namespace);
        assertThat(registry.unregister(namespace)).isEqualTo(old.isPresent());
      }
      case ACQUIRE, ACQUIRE_MORE -> acquire(namespace);
      case RELEASE -> {
        if (which < leases.size()) {
          Leased leased = leases.remove(which);
          leased.client().leases--;
          leased.lease().close();
        }
      }
      case CALL -> call(namespace);
      case CALL_LEASED -> {
        if (which < leases.size()) {
          callLeased(leases.get(which));
        }
      }
      case LOSE -> {
        Client client = current.get(namespace);
        if (client != null && client.fake.isPresent()) {
          client.lost = true;
          client.fake.get().lose("it was lost");
        }
      }
      case CHANGE_TOOLS -> {
        Client client = current.get(namespace);
        if (client != null && client.fake.isPresent() && !client.lost) {
          client.tools = List.of("changed" + number++);
          client.fake.get().changeTools(client.tools.get(0));
          Aside.until("the change is seen", () -> toolNames().equals(expectedTools()));
        }
      }
      case CLOSE -> {
        registry.close();
        closed = true;
        all.forEach(client -> client.forced |= client.current || client.leases > 0);
        NAMESPACES.forEach(this::retire);
      }
    }
  }

  private Optional<Client> retire(String namespace) {
    Optional<Client> old = Optional.ofNullable(current.remove(namespace));
    old.ifPresent(client -> client.current = false);
    return old;
  }

  private void makeCurrent(String namespace, Client client) {
    retire(namespace);
    client.current = true;
    current.put(namespace, client);
  }

  private void register(String namespace) {
    FakeClient fake = new FakeClient(namespace + number++, "tool");
    Client client = new Client(fake, "tool");
    all.add(client);
    if (closed) {
      assertClosedToAll(() -> registry.register(namespace, fake));
    } else {
      registry.register(namespace, fake);
      makeCurrent(namespace, client);
    }
  }

  private void registerBroken(String namespace) {
    FakeClient fake =
        new FakeClient(namespace + number++)
            .onList(
                () -> {
                  throw new IllegalStateException("broken");
                });
    all.add(new Client(fake, "echo"));
    assertThatThrownBy(() -> registry.register(namespace, fake))
        .isInstanceOf(closed ? McpException.Closed.class : IllegalStateException.class);
    assertThat(fake.closings).as("closed when register throws").hasValue(1);
  }

  private void registerTools(String namespace, String tool) {
    Client client = new Client(tool);
    all.add(client);
    boolean taken =
        current.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(namespace))
            .anyMatch(e -> e.getValue().fake.isEmpty() && e.getValue().tools.contains(tool));
    if (closed) {
      assertClosedToAll(() -> registry.registerTools(namespace, client.set()));
    } else if (taken) {
      assertThatThrownBy(() -> registry.registerTools(namespace, client.set()))
          .isInstanceOf(IllegalArgumentException.class);
    } else {
      registry.registerTools(namespace, client.set());
      makeCurrent(namespace, client);
    }
  }

  private void assertClosedToAll(ThrowingCallable attempt) {
    assertThatThrownBy(attempt)
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("The registry is closed.");
  }

  private void acquire(String namespace) {
    Client client = current.get(namespace);
    if (client != null && !client.lost) {
      leases.add(new Leased(client, registry.acquire(namespace)));
      client.leases++;
    } else {
      assertThatThrownBy(() -> registry.acquire(namespace)).isInstanceOf(whyNot(client));
    }
  }

  private Class<? extends McpException> whyNot(Client client) {
    if (closed) {
      return McpException.Closed.class;
    }
    return client == null ? McpException.NotFound.class : McpException.NotSent.class;
  }

  private void call(String namespace) {
    Client client = current.get(namespace);
    String tool =
        client == null
            ? namespace + "__tool"
            : (client.fake.isPresent() ? namespace + "__" : "") + client.tools.get(0);
    if (client != null && !client.lost) {
      assertThat(registry.callTool(tool, Map.of()).text())
          .isEqualTo(client.fake.map(FakeClient::toString).orElse("a set"));
    } else {
      assertThatThrownBy(() -> registry.callTool(tool, Map.of())).isInstanceOf(whyNot(client));
    }
  }

  private void callLeased(Leased leased) {
    Client client = leased.client();
    String tool = client.tools.get(0);
    if (client.lost || client.forced) {
      assertThatThrownBy(() -> leased.lease().callTool(tool, Map.of()))
          .isInstanceOfAny(McpException.NotSent.class, McpException.Closed.class);
    } else {
      assertThat(leased.lease().callTool(tool, Map.of()).text())
          .isEqualTo(client.fake.map(FakeClient::toString).orElse("a set"));
    }
  }

  private List<String> toolNames() {
    return registry.tools().stream().map(Tool::name).toList();
  }

  private List<String> expectedTools() {
    List<String> names = new ArrayList<>();
    current.forEach(
        (namespace, client) ->
            client.tools.forEach(
                tool -> names.add((client.fake.isPresent() ? namespace + "__" : "") + tool)));
    return names;
  }

  private void check() throws Exception {
    for (Client client : all) {
      if (!client.isEnded()) {
        assertThat(client.closings).as("closings of one in use").hasValue(0);
      } else {
        Thread by = client.awaitClosed();
        assertThat(client.closings).as("closings of one that has ended").hasValue(1);
        client.fake.filter(fake -> !client.forced).ifPresent(this::assertUnusedAfterwards);
        if (by == Thread.currentThread()) {
          assertThat(client.current || client.leases > 0 || client.lost)
              .as("only what never was current is closed here")
              .isFalse();
        }
      }
    }
    assertThat(toolNames()).isEqualTo(expectedTools());
    checkSnapshot();
  }

  private void assertUnusedAfterwards(FakeClient fake) {
    assertThat(fake.usesAfterClose).as("uses of %s after its close", fake).hasValue(0);
  }

  private void checkSnapshot() {
    // What a client offers is listed in the background, which holds it for a moment too.
    Aside.until("the holders are the leases", () -> holders() == leases() && holdersAreLeases());
    Map<String, ClientView> shown = shown();
    assertThat(shown.keySet()).isEqualTo(current.keySet());
    current.forEach(
        (namespace, client) ->
            assertThat(shown.get(namespace).state())
                .isEqualTo(client.lost ? State.LOST : State.READY));
  }

  private Map<String, ClientView> shown() {
    Map<String, ClientView> shown = new HashMap<>();
    for (ClientView view : registry.snapshot().clients()) {
      if (view.state() == State.READY || view.state() == State.LOST) {
        shown.put(view.namespace().value(), view);
      }
    }
    return shown;
  }

  private boolean holdersAreLeases() {
    Map<String, ClientView> shown = shown();
    return current.entrySet().stream()
        .allMatch(
            entry -> {
              ClientView view = shown.get(entry.getKey());
              return view != null && view.holders() == entry.getValue().leases;
            });
  }

  private long holders() {
    return registry.snapshot().clients().stream()
        .filter(view -> view.state() == State.READY || view.state() == State.DRAINING)
        .mapToLong(ClientView::holders)
        .sum();
  }

  private long leases() {
    return all.stream().filter(client -> !client.forced).mapToLong(client -> client.leases).sum()
        - current.values().stream()
            .filter(client -> client.lost)
            .mapToLong(client -> client.leases)
            .sum();
  }

  private void closeAll() throws Exception {
    leases.forEach(leased -> leased.lease().close());
    leases.forEach(leased -> leased.client().leases--);
    leases.clear();
    check();
    take(Step.CLOSE, 0);
    check();
    for (Client client : all) {
      client.awaitClosed();
      assertThat(client.closings).hasValue(1);
    }
    Aside.until("nobody holds anything", () -> registry.snapshot().clients().isEmpty());
  }
}

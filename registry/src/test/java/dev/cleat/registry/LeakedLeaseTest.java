// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Leases that nobody closes. */
@ExtendWith(NoLeaks.class)
class LeakedLeaseTest {
  private final List<RegistryEvent> events = new CopyOnWriteArrayList<>();
  private final McpRegistry registry = McpRegistry.builder().listener(events::add).build();

  @AfterEach
  void end() {
    registry.close();
  }

  private long holders() {
    return registry.snapshot().client("ray").orElseThrow().holders();
  }

  @Test
  void aLeaseThatIsThrownAwayIsReportedWithItsOriginAndReleased() throws Exception {
    FakeClient client = new FakeClient("client");
    registry.register("ray", client);
    leak();
    assertThat(holders()).isEqualTo(1);

    Aside.until(
        "it is found",
        () -> {
          System.gc();
          return holders() == 0;
        });

    Aside.until("it is told", () -> leaks().size() == 1);
    assertThat(leaks().get(0).detail())
        .startsWith("acquired at ")
        .as("the test is of the same package, so the next place counts")
        .contains("(");
    assertThat(registry.unregister("ray")).isTrue();
    client.assertClosedProperly();
  }

  private void leak() {
    Lease lease = registry.acquire("ray");
    assertThat(lease.callTool("echo", Map.of()).text()).isEqualTo("client");
  }

  private List<RegistryEvent> leaks() {
    return events.stream().filter(event -> event.kind() == Kind.LEASE_LEAKED).toList();
  }

  @Test
  void leasesThatAreClosedAreNoLeaks() throws Exception {
    registry.register("ray", new FakeClient("client"));
    for (int i = 0; i < 2 * LeaseTraces.TRACES_PER_SECOND; i++) {
      registry.acquire("ray").close();
    }

    leak();
    Aside.until(
        "the one leak is found, be it traced or not",
        () -> {
          System.gc();
          if (holders() > 0 && leaks().isEmpty()) {
            leak();
          }
          return !leaks().isEmpty();
        });

    assertThat(leaks()).allMatch(event -> event.generation() > 0);
  }

  @Test
  void leasesAreLookedAtOnceASecondWhileThereAreAny() {
    ManualTime time = new ManualTime();
    LoneClients clients = new LoneClients();
    try {
      clients.register(Namespace.of("ray"), () -> new FakeClient("client"));
      LeaseTraces traces =
          new LeaseTraces(time, new Events(List.of(), Runnable::run, Duration.ZERO));
      Lease lease = new Lease(clients.hold(Namespace.of("ray")), traces);
      assertThat(time.scheduled()).isEqualTo(1);
      time.advance(Duration.ofSeconds(1));
      assertThat(time.scheduled()).as("it looks again").isEqualTo(1);

      lease.close();
      time.advance(Duration.ofSeconds(1));

      assertThat(time.scheduled()).as("nothing is left to look at").isZero();
    } finally {
      clients.close();
    }
  }

  @Test
  void onlySoManyLeasesASecondAreTraced() {
    ManualTime time = new ManualTime();
    LoneClients clients = new LoneClients();
    try {
      clients.register(Namespace.of("ray"), () -> new FakeClient("client"));
      LeaseTraces traces =
          new LeaseTraces(time, new Events(List.of(), Runnable::run, Duration.ZERO));
      Generation held = clients.hold(Namespace.of("ray"));
      Lease lease = new Lease(held, traces);
      for (int i = 1; i < LeaseTraces.TRACES_PER_SECOND; i++) {
        assertThat(traces.trace(lease, null)).isNotNull();
      }
      assertThat(traces.trace(lease, null)).as("one too many").isNull();

      time.advance(Duration.ofSeconds(1));

      assertThat(traces.trace(lease, null)).as("in the next second").isNotNull();
      lease.close();
    } finally {
      clients.close();
    }
  }
}

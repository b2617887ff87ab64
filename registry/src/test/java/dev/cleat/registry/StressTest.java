// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many threads at once, with clients that keep a ledger of what they executed. */
@ExtendWith(NoLeaks.class)
class StressTest {
  private static final long SEED = 20_260_728L;
  private static final int CALLERS = 8;
  private static final List<String> NAMESPACES = List.of("a", "b", "c");

  private final Map<String, AtomicInteger> ledger = new ConcurrentHashMap<>();
  private final List<FakeClient> clients = Collections.synchronizedList(new ArrayList<>());

  private FakeClient client() {
    FakeClient client =
        new FakeClient("client " + clients.size())
            .onCall(
                call ->
                    ledger
                        .computeIfAbsent((String) call.arguments().get("id"), id -> count())
                        .incrementAndGet());
    clients.add(client);
    return client;
  }

  private static AtomicInteger count() {
    return new AtomicInteger();
  }

  /** Calls by name and through leases, until told; returns how many were made. */
  private int callUntil(AtomicBoolean enough, McpRegistry registry, int caller) {
    Random random = new Random(SEED + caller);
    int made = 0;
    while (!enough.get()) {
      String namespace = NAMESPACES.get(random.nextInt(NAMESPACES.size()));
      if (random.nextInt(4) > 0) {
        registry.callTool(namespace + "__echo", Map.of("id", caller + "." + made++));
      } else {
        try (Lease lease = registry.acquire(namespace)) {
          lease.callTool("echo", Map.of("id", caller + "." + made++));
          lease.callTool("echo", Map.of("id", caller + "." + made++));
        }
      }
    }
    return made;
  }

  @Test
  void everyCallIsExecutedOnceDuringHundredsOfReplacements() throws Exception {
    Random random = new Random(SEED);
    int calls = 0;
    try (McpRegistry registry = McpRegistry.create();
        Aside aside = new Aside()) {
      NAMESPACES.forEach(namespace -> registry.register(namespace, client()));
      AtomicBoolean enough = new AtomicBoolean();
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(aside.call(() -> callUntil(enough, registry, caller)));
      }

      for (int i = 0; i < 600; i++) {
        FakeClient client = client();
        registry.register(NAMESPACES.get(random.nextInt(NAMESPACES.size())), client);
        if (i % 3 == 0) {
          Aside.await(client.listed);
        }
      }
      Aside.until("there were enough calls", () -> ledger.size() > 5_000);
      enough.set(true);
      for (Future<Integer> caller : callers) {
        calls += Aside.get(caller);
      }
    }

    assertThat(ledger).hasSize(calls);
    assertThat(ledger.values()).allMatch(executed -> executed.get() == 1);
    for (FakeClient client : clients) {
      client.assertClosedProperly();
    }
  }

  @Test
  void aCallIsNeverExecutedTwiceAlsoWhenConnectionsAreLost() throws Exception {
    Random random = new Random(SEED);
    AtomicInteger refused = new AtomicInteger();
    try (McpRegistry registry = McpRegistry.create();
        Aside aside = new Aside()) {
      NAMESPACES.forEach(namespace -> registry.register(namespace, client()));
      AtomicBoolean enough = new AtomicBoolean();
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(
            aside.run(
                () -> {
                  int made = 0;
                  while (!enough.get()) {
                    String id = caller + "." + made++;
                    try {
                      registry.callTool("a__echo", Map.of("id", id));
                      assertThat(ledger.get(id)).hasValue(1);
                    } catch (McpException.NotSent notSent) {
                      assertThat(ledger.get(id)).isNull();
                      refused.incrementAndGet();
                    }
                  }
                }));
      }

      FakeClient now = client();
      registry.register("a", now);
      for (int i = 0; i < 300; i++) {
        FakeClient next = client();
        if (random.nextInt(3) == 0) {
          now.lose("it was lost");
        }
        registry.register("a", next);
        now = next;
      }
      enough.set(true);
      for (Future<Void> caller : callers) {
        Aside.get(caller);
      }
    }

    assertThat(ledger.values()).allMatch(executed -> executed.get() == 1);
    for (FakeClient client : clients) {
      client.assertClosedProperly();
    }
  }

  @Test
  void aNameThatIsRemovedAndTakenAThousandTimesNeverReachesARemovedClient() throws Exception {
    try (McpRegistry registry = McpRegistry.create();
        Aside aside = new Aside()) {
      AtomicBoolean enough = new AtomicBoolean();
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        callers.add(
            aside.run(
                () -> {
                  while (!enough.get()) {
                    try {
                      registry.callTool("a__echo", Map.of("id", "any"));
                    } catch (McpException.NotFound removed) {
                      Thread.yield();
                    }
                  }
                }));
      }

      for (int i = 0; i < 1_000; i++) {
        registry.register("a", client());
        registry.unregister("a");
      }
      enough.set(true);
      for (Future<Void> caller : callers) {
        Aside.get(caller);
      }
      for (FakeClient client : clients) {
        client.assertClosedProperly();
      }
      Aside.until("nothing is left", () -> registry.snapshot().clients().isEmpty());
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("cleat-registry-"))
              .count();
      assertThat(threads).as("threads that closed a thousand clients").isLessThan(200);
    }
  }

  @Test
  void whatIsReplacedOrRemovedWhileTheRegistryEndsIsClosedAllTheSame() throws Exception {
    try (Aside aside = new Aside()) {
      for (int i = 0; i < 1_000; i++) {
        McpRegistry registry = McpRegistry.create();
        registry.register("a", client());
        registry.register("b", client());
        FakeClient fresh = client();
        CyclicBarrier together = new CyclicBarrier(3);
        Future<Void> replacing =
            aside.run(
                () -> {
                  together.await();
                  try {
                    registry.register("a", fresh);
                  } catch (McpException.Closed tooLate) {
                    assertThat(fresh.isClosed()).isTrue();
                  }
                });
        Future<Boolean> removing =
            aside.call(
                () -> {
                  together.await();
                  return registry.unregister("b");
                });
        together.await();
        registry.close();
        Aside.get(replacing);
        Aside.get(removing);
      }
      for (FakeClient client : clients) {
        client.assertClosedProperly();
      }
    }
  }
}

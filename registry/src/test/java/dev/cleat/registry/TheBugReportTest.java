// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.testkit.NoLeaks;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The bug report that this library began with: a registry that locks, shuts the old client down,
 * builds the new one, and assigns it. Each test fails on such a registry, which is here too, and
 * passes on ours.
 */
@ExtendWith(NoLeaks.class)
class TheBugReportTest {
  private static final String NAME = "ray";

  private final Aside aside = new Aside();

  @AfterEach
  void end() {
    aside.close();
  }

  /** What both can do. */
  private interface Registry {
    void register(FakeClient client);

    ToolResult call() throws Exception;
  }

  private static final class Naive implements Registry {
    private final ReentrantLock lock = new ReentrantLock();
    private McpClient existing;

    @Override
    public void register(FakeClient client) {
      lock.lock();
      try {
        if (existing != null) {
          existing.close();
        }
        client.listTools();
        existing = client;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public ToolResult call() throws Exception {
      McpClient client;
      lock.lockInterruptibly();
      try {
        client = existing;
      } finally {
        lock.unlock();
      }
      return client.callTool(ToolCall.of("echo", Map.of()));
    }
  }

  private record Ours(McpRegistry registry) implements Registry {
    @Override
    public void register(FakeClient client) {
      registry.register(NAME, client);
    }

    @Override
    public ToolResult call() {
      return registry.callTool(NAME + "__echo", Map.of());
    }
  }

  private void aRunningCallSurvivesTheReplacement(Registry registry) throws Exception {
    FakeClient old = new FakeClient("old").holdingCalls();
    registry.register(old);
    Future<ToolResult> running = aside.call(registry::call);
    old.awaitCall();

    registry.register(new FakeClient("new"));
    old.letCallsFinish();

    try {
      assertThat(Aside.get(running).text()).isEqualTo("old");
    } catch (RuntimeException e) {
      throw new AssertionError("The running call was lost", e);
    }
    old.assertClosedProperly();
  }

  private void aFailedReplacementLeavesTheOldOneAlive(Registry registry) throws Exception {
    FakeClient old = new FakeClient("old");
    FakeClient broken =
        new FakeClient("broken")
            .onList(
                () -> {
                  throw new IllegalStateException("cannot start");
                });
    registry.register(old);

    assertThatThrownBy(() -> registry.register(broken)).hasMessageContaining("cannot start");

    try {
      assertThat(registry.call().text()).isEqualTo("old");
    } catch (RuntimeException e) {
      throw new AssertionError("The namespace points at a dead client", e);
    }
  }

  private void callsAreServedWhileTheNewOneStarts(Registry registry) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient slow = new FakeClient("new").onList(() -> Aside.hold(go));
    registry.register(new FakeClient("old"));
    Future<Void> replacing = aside.run(() -> registry.register(slow));
    Aside.await(slow.listed);

    Future<ToolResult> call = aside.call(registry::call);
    try {
      assertThat(call.get(2, TimeUnit.SECONDS).text()).isEqualTo("old");
    } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
      throw new AssertionError("The call waited for the new client", e);
    } finally {
      go.countDown();
      Aside.get(replacing);
    }
    assertThat(registry.call().text()).isEqualTo("new");
  }

  private interface Body {
    void run(Registry registry) throws Exception;
  }

  private static void failsOnTheNaiveOneAndPassesOnOurs(Body body) throws Exception {
    assertThatThrownBy(() -> body.run(new Naive())).isInstanceOf(AssertionError.class);
    try (McpRegistry registry = McpRegistry.create()) {
      body.run(new Ours(registry));
    }
  }

  @Test
  void replacingAClientLetsItsRunningCallsFinish() throws Exception {
    failsOnTheNaiveOneAndPassesOnOurs(this::aRunningCallSurvivesTheReplacement);
  }

  @Test
  void aClientThatCannotStartLeavesTheOldOneAlive() throws Exception {
    failsOnTheNaiveOneAndPassesOnOurs(this::aFailedReplacementLeavesTheOldOneAlive);
  }

  @Test
  void callsAreServedWhileTheNewClientStarts() throws Exception {
    failsOnTheNaiveOneAndPassesOnOurs(this::callsAreServedWhileTheNewOneStarts);
  }
}

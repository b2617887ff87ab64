// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ChangeListener;
import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers whose tools change, and listeners who want to know. */
@ExtendWith(NoLeaks.class)
class ToolsChangedTest {
  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private List<String> names() {
    return registry.tools().stream().map(Tool::name).toList();
  }

  @Test
  void newToolsOfAServerAreListedAndListenersAreTold() throws Exception {
    CountDownLatch told = new CountDownLatch(2);
    FakeClient client = new FakeClient("ray", "one");
    registry.asToolSet().onChange(catalog -> told.countDown());
    registry.register("ray", client);
    Aside.until("the registration is told", () -> told.getCount() < 2);

    client.changeTools("one", "two");

    Aside.await(told);
    assertThat(names()).containsExactly("ray__one", "ray__two");
    assertThat(registry.callTool("ray__two", Map.of()).text()).isEqualTo("ray");
    assertThat(registry.snapshot().clients().get(0).tools()).isEqualTo(2);
  }

  @Test
  void aStormOfChangesCostsFewLists() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient client = new FakeClient("ray", "one");
    registry.register("ray", client);
    CountDownLatch listing = new CountDownLatch(1);
    client.onList(
        () -> {
          listing.countDown();
          Aside.hold(go);
        });

    client.sayToolsChanged();
    Aside.await(listing);
    for (int i = 0; i < 1_000; i++) {
      client.changeTools("tool" + i);
    }
    go.countDown();

    Aside.until("the last change is listed", () -> names().contains("ray__tool999"));
    assertThat(client.lists).as("one at first, one that ran, one that was wanted").hasValue(3);
  }

  @Test
  void aChangeWhileTheToolsAreListedAtFirstIsNotLost() {
    FakeClient client = new FakeClient("ray", "one");
    AtomicBoolean once = new AtomicBoolean();
    client.onList(
        () -> {
          if (once.compareAndSet(false, true)) {
            client.changeTools("two");
          }
        });

    registry.register("ray", client);

    Aside.until("the new tools are listed", () -> names().equals(List.of("ray__two")));
  }

  @Test
  void aClosedClientThatSpeaksOfChangesIsNotAsked() throws Exception {
    FakeClient old = new FakeClient("old", "one");
    registry.register("ray", old);
    FakeClient fresh = new FakeClient("new", "two");
    registry.register("ray", fresh);
    old.assertClosedProperly();

    old.changeTools("three");
    fresh.changeTools("four");

    Aside.until("the new tools are listed", () -> names().equals(List.of("ray__four")));
    assertThat(old.usesAfterClose).hasValue(0);
  }

  @Test
  void aClientIsNotClosedWhileItsToolsAreListed() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch listing = new CountDownLatch(1);
    FakeClient old = new FakeClient("old", "one");
    registry.register("ray", old);
    old.onList(
        () -> {
          listing.countDown();
          Aside.hold(go);
        });
    old.changeTools("two");
    Aside.await(listing);

    registry.register("ray", new FakeClient("new", "three"));

    assertThat(old.isClosed()).isFalse();
    go.countDown();
    old.assertClosedProperly();
    assertThat(names()).containsExactly("ray__three");
  }

  @Test
  void aListThatFailsLeavesTheToolsAndTheNextOneWorks() {
    for (Throwable fault :
        List.of(new McpException.NotSent("not now"), new StackOverflowError("not now"))) {
      FakeClient client = new FakeClient("ray", "one");
      registry.register("ray", client);
      client.onList(
          () -> {
            client.onList(() -> {});
            if (fault instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) fault;
          });
      client.changeTools("two");
      Aside.until("it has failed", () -> client.lists.get() >= 2);
      assertThat(names()).containsExactly("ray__one");

      client.changeTools("three");

      Aside.until("the new tools are listed", () -> names().equals(List.of("ray__three")));
    }
  }

  /** Tools of this process that can be exchanged. */
  private static final class Changing implements ToolSet {
    private volatile List<ServedTool> tools;
    private volatile ChangeListener listener = catalog -> {};

    Changing(String... names) {
      tools = bare(names);
    }

    private static List<ServedTool> bare(String... names) {
      List<ServedTool> bare = new ArrayList<>();
      for (String name : names) {
        bare.add(new ServedTool(FakeClient.tool(name), (call, context) -> ToolResult.text(name)));
      }
      return bare;
    }

    void change(String... names) {
      tools = bare(names);
      listener.changed(ChangeListener.Catalog.TOOLS);
    }

    @Override
    public List<ServedTool> tools() {
      return tools;
    }

    @Override
    public void onChange(ChangeListener newListener) {
      listener = newListener;
    }
  }

  @Test
  void aChangeThatTakesAnothersNameIsRefusedAsAWhole() {
    Changing changing = new Changing("draw");
    registry.registerTools("first", ToolSet.of(Changing.bare("roll").get(0)));
    registry.registerTools("second", changing);

    changing.change("draw", "roll");
    changing.change("draw", "shuffle");

    Aside.until(
        "the next change is taken", () -> names().equals(List.of("roll", "draw", "shuffle")));
    assertThat(registry.callTool("roll", Map.of()).text()).isEqualTo("roll");
  }

  @Test
  void aListenerThatThrowsDoesNotKeepTheOthersFromHearing() throws Exception {
    CountDownLatch told = new CountDownLatch(2);
    registry
        .asToolSet()
        .onChange(
            catalog -> {
              throw new IllegalStateException("a fault in a listener");
            });
    registry
        .asToolSet()
        .onChange(
            catalog -> {
              throw new LinkageError("a worse one");
            });
    registry.asToolSet().onChange(catalog -> told.countDown());

    registry.register("ray", new FakeClient("ray"));
    Aside.until("the first is told", () -> told.getCount() == 1);
    registry.register("time", new FakeClient("time"));

    Aside.await(told);
  }

  @Test
  void aListenerMayRegisterUnregisterAndClose() throws Exception {
    FakeClient first = new FakeClient("first");
    FakeClient second = new FakeClient("second");
    CountDownLatch closed = new CountDownLatch(1);
    List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger turn = new AtomicInteger();
    registry
        .asToolSet()
        .onChange(
            catalog -> {
              try {
                switch (turn.incrementAndGet()) {
                  case 1:
                    registry.register("second", second);
                    break;
                  case 2:
                    registry.unregister("first");
                    break;
                  default:
                    registry.close();
                    closed.countDown();
                }
              } catch (RuntimeException | Error e) {
                faults.add(e);
              }
            });

    registry.register("first", first);

    Aside.await(closed);
    assertThat(faults).isEmpty();
    first.assertClosedProperly();
    second.assertClosedProperly();
    assertThatThrownBy(() -> registry.register("third", new FakeClient("third")))
        .isInstanceOf(McpException.Closed.class);
  }

  @Test
  void listenersAreToldOneAtATimeAndAlwaysAfterTheLastChange() {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    registry
        .asToolSet()
        .onChange(
            catalog -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              seen.set(registry.tools().size());
              atOnce.decrementAndGet();
            });

    for (int i = 0; i < 200; i++) {
      registry.register("n" + i, new FakeClient("n" + i));
    }

    Aside.until("the last change is told", () -> seen.get() == 200);
    assertThat(most).hasValue(1);
  }
}

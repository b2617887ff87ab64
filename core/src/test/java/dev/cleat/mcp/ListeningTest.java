// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ChangeListener;
import dev.cleat.McpException;
import dev.cleat.spi.Message;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a client hears of changes. */
class ListeningTest extends ScriptedSessions {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<Runnable> timers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> delays = new LinkedBlockingQueue<>();

  private final ChangeListener listener =
      new ChangeListener() {
        @Override
        public void changed(Catalog catalog) {
          heard.add(catalog.name());
        }

        @Override
        public void updated(String resourceUri) {
          heard.add(resourceUri);
        }
      };

  private McpClientBuilder withTimers() {
    McpClientBuilder builder = builder();
    builder.later =
        (task, millis) -> {
          timers.add(task);
          delays.add(millis);
        };
    return builder;
  }

  private String heard() throws InterruptedException {
    String next = heard.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something heard").isNotNull();
    return next;
  }

  private Map<String, Object> filter(Message.Request listen) {
    return map(listen.params().get("notifications"));
  }

  private void acknowledge(Message.Request listen) {
    server.tell(
        "notifications/subscriptions/acknowledged",
        "{\"notifications\":{},\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":"
            + listen.id()
            + "}}");
  }

  private Message.Request listening() throws Exception {
    modern(withTimers(), EVERYTHING);
    client.onChange(listener);
    return server.request("subscriptions/listen");
  }

  @Test
  void inTheOlderEraAllKindsOfChangesReachAllListeners() throws Exception {
    legacy(builder(), "2025-11-25", EVERYTHING);
    client.onChange(
        catalog -> {
          throw new IllegalStateException("a fault of a listener");
        });
    client.onChange(listener);

    server.tell("notifications/tools/list_changed", "{}");
    server.tell("notifications/prompts/list_changed", "{}");
    server.tell("notifications/resources/list_changed", "{}");
    server.tell("notifications/resources/updated", "{\"uri\":\"a:b\"}");
    server.tell("notifications/resources/updated", "{}");

    assertThat(heard).containsExactly("TOOLS", "PROMPTS", "RESOURCES", "a:b");
    server.assertSilent();
  }

  @Test
  void inTheOlderEraASubscriptionIsARequest() throws Exception {
    legacy(builder(), "2025-11-25", EVERYTHING);

    Future<?> subscribing = inBackground(() -> subscribe("a:b"));
    Message.Request request = server.request("resources/subscribe");
    assertThat(request.params()).isEqualTo(Map.of("uri", "a:b"));
    server.respond(request, "{}");
    get(subscribing);
    Future<?> unsubscribing =
        inBackground(
            () -> {
              client.unsubscribe("a:b");
              return "";
            });
    server.respond(server.request("resources/unsubscribe"), "{}");
    get(unsubscribing);
  }

  private String subscribe(String uri) {
    client.subscribe(uri);
    return uri;
  }

  @Test
  void aServerThatDoesNotTellOfResourcesIsNotAskedTo() throws Exception {
    legacy(builder(), "2025-11-25", "{\"resources\":{}}");

    assertThat(failureOf(inBackground(() -> subscribe("a:b"))))
        .isInstanceOf(McpException.Protocol.class);
    client.unsubscribe("a:b");
    server.assertSilent();
  }

  @Test
  void oneRequestListensToWhatTheServerTellsOnceSomebodyListens() throws Exception {
    modern(withTimers(), "{\"tools\":{\"listChanged\":true},\"prompts\":{}}");
    server.assertSilent();

    client.onChange(listener);
    Message.Request listen = server.request("subscriptions/listen");
    client.onChange(listener);

    assertThat(filter(listen)).isEqualTo(Map.of("toolsListChanged", true));
    assertThat(meta(listen)).containsKey("io.modelcontextprotocol/protocolVersion");
    acknowledge(listen);
    server.tell("notifications/tools/list_changed", "{}");
    assertThat(List.of(heard(), heard())).containsExactly("TOOLS", "TOOLS");
    server.assertSilent();
  }

  @Test
  void aServerThatTellsNothingIsNotListenedTo() throws Exception {
    modern(withTimers(), "{\"tools\":{}}");

    client.onChange(listener);

    server.assertSilent();
  }

  @Test
  void aSubscriptionTakesOverOnceItIsAcknowledged() throws Exception {
    Message.Request first = listening();
    acknowledge(first);

    Future<?> subscribing = inBackground(() -> subscribe("a:b"));
    Message.Request second = server.request("subscriptions/listen");
    assertThat(filter(second).get("resourceSubscriptions")).isEqualTo(List.of("a:b"));
    assertThat(filter(second)).containsKeys("toolsListChanged", "promptsListChanged");
    Future<?> third = inBackground(() -> subscribe("c:d"));
    acknowledge(first);
    server.assertSilent();
    acknowledge(second);

    // The third may be asked for before the first is cancelled, or after.
    List<Message> said = List.of(server.next(), server.next());
    get(subscribing);
    assertThat(said)
        .filteredOn(Message.Notification.class::isInstance)
        .extracting(message -> ((Message.Notification) message).params().get("requestId"))
        .containsExactly(first.id());
    Message.Request last =
        (Message.Request) said.stream().filter(Message.Request.class::isInstance).findFirst().get();
    assertThat(filter(last).get("resourceSubscriptions")).isEqualTo(List.of("a:b", "c:d"));
    acknowledge(last);
    server.notification("notifications/cancelled");
    get(third);

    client.unsubscribe("a:b");
    assertThat(filter(server.request("subscriptions/listen")).get("resourceSubscriptions"))
        .isEqualTo(List.of("c:d"));
    assertThat(heard).isEmpty();
  }

  @Test
  void aRequestThatEndsIsRepeatedAfterAWhileAndEverythingMayHaveChanged() throws Exception {
    Message.Request first = listening();
    acknowledge(first);
    Future<?> subscribing = inBackground(() -> subscribe("a:b"));
    Message.Request second = server.request("subscriptions/listen");
    acknowledge(second);
    server.notification("notifications/cancelled");
    get(subscribing);

    server.tell("notifications/cancelled", "{\"requestId\":" + second.id() + "}");
    server.respond(second, "{}");
    server.assertSilent();
    assertThat(delays.take()).isEqualTo(1_000);
    timers.take().run();
    Message.Request third = server.request("subscriptions/listen");
    assertThat(filter(third)).isEqualTo(filter(second));
    server.refuse(third, -32603, "not now", "");
    timers.take().run();
    Message.Request fourth = server.request("subscriptions/listen");
    server.receiver().lost(fourth.id(), true, "the stream broke");
    timers.take().run();
    Message.Request fifth = server.request("subscriptions/listen");
    assertThat(List.of(delays.take(), delays.take())).containsExactly(1_000L, 2_000L);
    assertThat(heard).isEmpty();
    acknowledge(fifth);

    assertThat(List.of(heard(), heard(), heard(), heard()))
        .containsExactly("TOOLS", "PROMPTS", "RESOURCES", "a:b");
    assertThat(timers).isEmpty();
  }

  @Test
  void aServerThatRefusesToBeListenedToIsLeftAlone() throws Exception {
    acknowledge(listening());
    Future<?> subscribing = inBackground(() -> subscribe("a:b"));

    server.refuse(server.request("subscriptions/listen"), -32602, "not that one", "");

    assertThat(failureOf(subscribing))
        .isInstanceOf(McpException.Protocol.class)
        .hasMessage("not that one");
    assertThat(timers).isEmpty();
  }

  @Test
  void theEndOfTheConnectionEndsTheWaitForASubscription() throws Exception {
    acknowledge(listening());
    Future<?> subscribing = inBackground(() -> subscribe("a:b"));
    server.request("subscriptions/listen");

    server.leave("the process exited");

    assertThat(failureOf(subscribing)).isInstanceOf(McpException.NotSent.class);
    assertThat(timers).isEmpty();
  }
}

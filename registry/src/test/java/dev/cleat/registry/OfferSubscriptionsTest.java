// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ChangeListener;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.spi.Protocol;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Updates of resources that pass through a gateway, whatever becomes of the clients behind it. */
@ExtendWith(NoLeaks.class)
class OfferSubscriptionsTest {
  private final McpRegistry registry = McpRegistry.create();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void end() {
    registry.close();
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void updatesOfASubscribedResourceArePassedOnUntilNobodyWantsThem(Era era) {
    OfferingClient upstream =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    try (TestClient first = Offering.gateway(registry, era);
        TestClient second = Offering.gateway(registry, era)) {
      Offering.listen(first.client(), heard);
      first.client().subscribe("test://a");
      second.client().onChange(catalog -> {});
      second.client().subscribe("test://a");
      Aside.until("its server is asked", () -> upstream.subscribed.contains("test://a"));

      upstream.sayUpdated("test://other");
      upstream.sayUpdated("test://a");
      Aside.until("the update is told", () -> heard.contains("test://a"));
      assertThat(heard).doesNotContain("test://other");

      second.client().unsubscribe("test://a");
      upstream.sayUpdated("test://a");
      Aside.until("the first still hears", () -> Collections.frequency(heard, "test://a") == 2);
    }
    Aside.until("who has left wants nothing", () -> upstream.subscribed.isEmpty());
  }

  @Test
  void anUpdateRightAfterTheAnswerToASubscriptionIsNotMissed() {
    OfferingClient upstream =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    try (TestClient client = Offering.gateway(registry, Era.HANDSHAKE)) {
      Offering.listen(client.client(), heard);

      client.client().subscribe("test://a");
      assertThat(upstream.subscribed).containsExactly("test://a");
      upstream.sayUpdated("test://a");

      Aside.until("the update is told", () -> heard.contains("test://a"));
    }
  }

  @Test
  void aRefusedSubscriptionIsToldToWhoAsked() {
    OfferingClient upstream =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    upstream.refusesToTell =
        Optional.of(
            new McpException.Protocol(
                Protocol.METHOD_NOT_FOUND, "It tells nothing.", Optional.empty()));
    try (TestClient client = Offering.gateway(registry, Era.HANDSHAKE)) {
      assertThatThrownBy(() -> client.client().subscribe("test://a"))
          .hasMessageContaining("It tells nothing.");

      upstream.refusesToTell = Optional.empty();
      client.client().subscribe("test://a");
      assertThat(upstream.subscribed).containsExactly("test://a");
    }
  }

  @Test
  void theNextClientIsAskedToTellToo() {
    OfferingClient old =
        Offering.install(registry, "docs", new OfferingClient("old").resources("test://a"));
    try (TestClient client = Offering.gateway(registry, Era.HANDSHAKE)) {
      Offering.listen(client.client(), heard);
      client.client().subscribe("test://a");

      OfferingClient fresh =
          Offering.install(registry, "docs", new OfferingClient("new").resources("test://a"));

      Aside.until("the new one is asked", () -> fresh.subscribed.contains("test://a"));
      Aside.until("what it holds may be new", () -> heard.contains("test://a"));
      heard.clear();
      old.sayUpdated("test://a");
      fresh.sayUpdated("test://a");
      Aside.until("the new one is heard", () -> heard.contains("test://a"));
      assertThat(heard).as("the old one is not").containsOnlyOnce("test://a");
    }
  }

  @Test
  void aResourceThatNobodyOffersYetIsListenedToOnceSomebodyDoes() {
    try (TestClient client = Offering.gateway(registry, Era.HANDSHAKE)) {
      client.client().subscribe("test://later");

      OfferingClient upstream =
          Offering.install(registry, "docs", new OfferingClient("D").resources("test://later"));

      Aside.until("its server is asked", () -> upstream.subscribed.contains("test://later"));
    }
  }

  @Test
  void aResourceThatGetsAnotherOwnerIsAskedForThereAndNoLongerHere() {
    OfferingClient old =
        Offering.install(registry, "b", new OfferingClient("B").resources("test://a"));
    CompletableFuture<Void> first = registry.asToolSet().subscribe("test://a");
    Aside.until("its server is asked", () -> first.isDone() && old.subscribed.size() == 1);

    OfferingClient owner =
        Offering.install(registry, "a", new OfferingClient("A").resources("test://a"));

    Aside.until("the new owner is asked", () -> owner.subscribed.contains("test://a"));
    Aside.until("the old one is no more", () -> old.subscribed.isEmpty());
  }

  @Test
  void aSubscriptionThatCannotBeMadeNowIsMadeWithTheNextClient() {
    OfferingClient lost =
        Offering.install(registry, "docs", new OfferingClient("old").resources("test://a"));
    lost.lose("the process exited with code 137.");

    CompletableFuture<Void> heardOf = registry.asToolSet().subscribe("test://a");
    Aside.until("nobody is kept waiting", heardOf::isDone);
    assertThat(heardOf).isCompleted();

    OfferingClient fresh =
        Offering.install(registry, "docs", new OfferingClient("new").resources("test://a"));
    Aside.until("the next one is asked", () -> fresh.subscribed.contains("test://a"));
  }

  @Test
  void aClientThatSomebodyListensToIsKnownAsSuch() {
    OfferingClient client =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    Generation generation =
        registry.parts().clients.directory().client(Namespace.of("docs")).orElseThrow();
    OfferSubscriptions subscriptions = Offering.offers(registry).subscriptions();
    assertThat(subscriptions.listensTo(generation)).isFalse();

    registry.asToolSet().subscribe("test://a").join();
    assertThat(subscriptions.listensTo(generation)).isTrue();

    client.refusesToTell =
        Optional.of(new McpException.Protocol(Protocol.INTERNAL_ERROR, "No.", Optional.empty()));
    registry.asToolSet().unsubscribe("test://a");
    Aside.until("it is not listened to any more", () -> !subscriptions.listensTo(generation));
  }

  @Test
  void anUpdateThatNobodyAskedForIsNotTold() {
    OfferingClient client =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    registry
        .asToolSet()
        .onChange(
            new ChangeListener() {
              @Override
              public void changed(Catalog catalog) {}

              @Override
              public void updated(String uri) {
                told.add(uri);
              }
            });

    client.sayUpdated("test://a");

    assertThat(told).isEmpty();
  }

  @Test
  void whoAsksAgainAfterARefusalIsAnsweredAnew() throws Exception {
    OfferingClient upstream =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    upstream.refusesToTell =
        Optional.of(new McpException.Protocol(Protocol.INTERNAL_ERROR, "No.", Optional.empty()));
    CompletableFuture<Void> refused = registry.asToolSet().subscribe("test://a");
    assertThatThrownBy(() -> Aside.get(refused)).hasMessageContaining("No.");

    upstream.refusesToTell = Optional.empty();
    CompletableFuture<Void> second = registry.asToolSet().subscribe("test://a");

    Aside.get(second);
    assertThat(upstream.subscribed).containsExactly("test://a");
    assertThat(refused).as("what was refused stays so").isCompletedExceptionally();
    assertThat(registry.asToolSet().subscribe("test://a")).isCompleted();
  }

  @Test
  void anUpdateThatNobodyWantsAnyMoreIsNotTold() throws Exception {
    OfferingClient upstream =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    hear();
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    upstream.onSubscribe =
        () -> {
          asking.countDown();
          Aside.hold(go);
        };
    CompletableFuture<Void> heardOf = registry.asToolSet().subscribe("test://a");
    Aside.await(asking);
    upstream.sayUpdated("test://a");
    assertThat(heard).as("told though its answer is not there yet").containsExactly("test://a");

    registry.asToolSet().unsubscribe("test://a");
    upstream.sayUpdated("test://a");
    go.countDown();

    Aside.get(heardOf);
    Aside.until("its server is told so", () -> upstream.subscribed.isEmpty());
    assertThat(heard).containsExactly("test://a");
  }

  @Test
  void aClientThatRefusesDoesNotHideThatTheNextOneIsAnother() {
    Offering.install(registry, "docs", new OfferingClient("first").resources("test://a"));
    registry.asToolSet().subscribe("test://a").join();
    hear();
    OfferingClient second = new OfferingClient("second").resources("test://a");
    CountDownLatch asked = new CountDownLatch(1);
    second.refusesToTell =
        Optional.of(new McpException.Protocol(Protocol.INTERNAL_ERROR, "No.", Optional.empty()));
    second.onRefused = asked::countDown;
    Offering.install(registry, "docs", second);
    Aside.hold(asked);
    assertThat(heard).as("nobody listens to the second one").isEmpty();

    OfferingClient third =
        Offering.install(registry, "docs", new OfferingClient("third").resources("test://a"));

    Aside.until("the third is asked", () -> third.subscribed.contains("test://a"));
    Aside.until("what it holds may be new", () -> heard.contains("test://a"));
  }

  @Test
  void aClientThatIsGoneIsNotAskedToStopTelling() {
    OfferingClient gone =
        Offering.install(registry, "docs", new OfferingClient("D").resources("test://a"));
    registry.asToolSet().subscribe("test://a").join();
    Generation generation =
        registry.parts().clients.directory().client(Namespace.of("docs")).orElseThrow();
    OfferSubscriptions subscriptions = Offering.offers(registry).subscriptions();
    assertThat(subscriptions.listensTo(generation)).isTrue();

    assertThat(registry.unregister("docs")).isTrue();

    Aside.until("it is forgotten", () -> !subscriptions.listensTo(generation));
    Aside.until("it is closed", () -> gone.ended().isDone());
    assertThat(gone.usesAfterClose).as("it is not asked after its end").hasValue(0);
  }

  private void hear() {
    registry
        .asToolSet()
        .onChange(
            new ChangeListener() {
              @Override
              public void changed(Catalog catalog) {}

              @Override
              public void updated(String uri) {
                heard.add(uri);
              }
            });
  }
}

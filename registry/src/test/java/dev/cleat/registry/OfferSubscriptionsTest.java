// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
            new dev.cleat.ChangeListener() {
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
}

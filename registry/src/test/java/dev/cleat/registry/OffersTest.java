// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Protocol;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a gateway passes on besides tools: prompts, resources, and what is told of them. */
@ExtendWith(NoLeaks.class)
class OffersTest {
  private final McpRegistry registry = McpRegistry.create();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void end() {
    registry.close();
  }

  private OfferIndex index() {
    return ((RegistryToolSet) registry.asToolSet()).offers().index();
  }

  private List<String> uris() {
    return index().resources().stream().map(served -> served.uri()).toList();
  }

  private List<String> prompts() {
    return index().prompts().stream().map(served -> served.name()).toList();
  }

  private OfferingClient install(String namespace, OfferingClient client) {
    registry.register(namespace, client);
    Aside.until(
        "what it offers is listed",
        () ->
            client.lists.get() > 0
                && client.prompts.stream()
                    .allMatch(prompt -> prompts().contains(namespace + "__" + prompt.name()))
                && client.resources.stream().allMatch(found -> uris().contains(found.uri())));
    return client;
  }

  private TestClient gateway(Era era) {
    return TestClient.inProcess(McpServer.builder().tools(registry.asToolSet()).build(), era);
  }

  private void listen(McpClient client) {
    client.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            if (catalog != Catalog.TOOLS) {
              heard.add(catalog.name());
            }
          }

          @Override
          public void updated(String uri) {
            heard.add(uri);
          }
        });
    // Answered once it is listened to, in either era.
    client.subscribe("test://nothing");
  }

  private static String text(PromptResult result) {
    return result.messages().stream()
        .map(message -> message.content().asText().orElseThrow())
        .collect(Collectors.joining());
  }

  private static String text(List<ResourceContents> contents) {
    return ((ResourceContents.Text) contents.get(0)).text();
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void promptsOfAllClientsAreListedUnderTheirNamespaceAndGotFromThem(Era era) {
    registry.registerTools(
        "local",
        ToolSet.builder()
            .prompt(Prompt.named("greet").gives((given, call) -> PromptResult.text("hello")))
            .build());
    install("docs", new OfferingClient("D").prompts(OfferingClient.prompt("sum up", "file")));
    Aside.until("both are listed", () -> prompts().size() == 2);

    try (TestClient client = gateway(era)) {
      McpClient front = client.client();
      assertThat(front.listPrompts())
          .extracting(Prompt::name)
          .containsExactly("docs__sum up", "greet");
      assertThat(text(front.getPrompt("docs__sum up", Map.of("file", "a"), CallListener.NONE)))
          .isEqualTo("D sum up {file=a}");
      assertThat(text(front.getPrompt("greet", Map.of(), CallListener.NONE))).isEqualTo("hello");
      assertThatThrownBy(
              () -> front.getPrompt("docs__sum up", Map.of("fill", "a"), CallListener.NONE))
          .hasMessageContaining("no argument \"fill\"");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void resourcesKeepTheirUrisAndTheFirstNamespaceHasThoseOfferedTwice(Era era) {
    install("b", new OfferingClient("B").resources("test://both", "test://b"));
    install("a", new OfferingClient("A").resources("test://both"));
    Aside.until("all are listed", () -> uris().size() == 2);

    try (TestClient client = gateway(era)) {
      McpClient front = client.client();
      assertThat(front.listResources())
          .extracting(Resource::uri)
          .containsExactly("test://both", "test://b");
      assertThat(text(front.readResource("test://both", CallListener.NONE))).isEqualTo("A");
      assertThat(text(front.readResource("test://b", CallListener.NONE))).isEqualTo("B");
      assertThatThrownBy(() -> front.readResource("test://c", CallListener.NONE))
          .isInstanceOf(McpException.NotFound.class);
    }
    assertThat(index().leftOut())
        .containsExactly(
            "The resource \"test://both\" is offered by both a and b. The one of a is served.");
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void whatATemplateFitsIsReadFromWhoeverHasIt(Era era) {
    install("a", new OfferingClient("A").template("file:///{+path}", "file:///x/y"));
    install("b", new OfferingClient("B").template("file:///{dir}/{name}", "file:///x/z"));
    install("c", new OfferingClient("C").template("not{a template", "file:///c"));
    Aside.until("all are listed", () -> index().templates().size() == 2);

    try (TestClient client = gateway(era)) {
      McpClient front = client.client();
      assertThat(front.listResourceTemplates())
          .extracting(ResourceTemplate::uriTemplate)
          .containsExactly("file:///{+path}", "file:///{dir}/{name}");
      assertThat(text(front.readResource("file:///x/y", CallListener.NONE))).isEqualTo("A");
      assertThat(text(front.readResource("file:///x/z", CallListener.NONE))).isEqualTo("B");
      assertThatThrownBy(() -> front.readResource("file:///x/w", CallListener.NONE))
          .isInstanceOf(McpException.NotFound.class);
    }
    assertThat(index().leftOut()).singleElement().asString().contains("c: \"not{a template\"");
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void completionsComeFromTheServerWithAllItSaysOfThem(Era era) {
    install(
        "docs",
        new OfferingClient("D")
            .prompts(OfferingClient.prompt("sum", "file"))
            .template("file:///{+path}"));

    try (TestClient client = gateway(era)) {
      Completion file =
          client
              .client()
              .complete(
                  new Completion.Reference.Prompt("docs__sum"), "file", "a", Map.of("x", "y"));
      assertThat(file.values()).containsExactly("D Prompt[name=sum] file a {x=y}");
      assertThat(file.total()).contains(7);
      assertThat(file.hasMore()).isTrue();

      Completion path =
          client
              .client()
              .complete(
                  new Completion.Reference.Template("file:///{+path}"), "path", "b", Map.of());
      assertThat(path.values())
          .containsExactly("D Template[uriTemplate=file:///{+path}] path b {}");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void changedListsArePassedOnAndOnlyThose(Era era) {
    OfferingClient upstream = install("docs", new OfferingClient("D"));
    try (TestClient client = gateway(era)) {
      listen(client.client());

      upstream.prompts(OfferingClient.prompt("new"));
      upstream.sayChanged(Catalog.PROMPTS);
      Aside.until("the prompts are told", () -> heard.contains("PROMPTS"));
      assertThat(client.client().listPrompts()).hasSize(1);
      assertThat(heard).doesNotContain("RESOURCES");

      upstream.resources("test://new");
      upstream.sayChanged(Catalog.RESOURCES);
      Aside.until("the resources are told", () -> heard.contains("RESOURCES"));
      assertThat(client.client().listResources()).hasSize(1);

      heard.clear();
      registry.unregister("docs");
      Aside.until("that both are gone is told", () -> heard.contains("RESOURCES"));
      assertThat(heard).contains("PROMPTS");
      assertThat(client.client().listPrompts()).isEmpty();
    }
  }

  @Test
  void whatAClientOffersIsThereOnceItIsRegisteredAndASlowOneIsWaitedForOnlySoLong() {
    CountDownLatch go = new CountDownLatch(1);
    OfferingClient slow = new OfferingClient("slow").prompts(OfferingClient.prompt("p"));
    slow.onList = () -> Aside.hold(go);
    registry.register("a", new OfferingClient("A").prompts(OfferingClient.prompt("p")));
    assertThat(registry.asToolSet().prompts())
        .extracting(ServedPrompt::name)
        .containsExactly("a__p");

    registry.register("b", slow);
    assertThat(registry.asToolSet().prompts())
        .extracting(ServedPrompt::name)
        .containsExactly("a__p");
    go.countDown();

    Aside.until("it is listed in the end", () -> prompts().contains("b__p"));
  }

  @Test
  void aStormOfChangesCostsFewLists() throws Exception {
    OfferingClient upstream = install("docs", new OfferingClient("D"));
    int before = upstream.lists.get();
    CountDownLatch listing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    upstream.onList =
        () -> {
          listing.countDown();
          Aside.hold(go);
        };

    upstream.sayChanged(Catalog.PROMPTS);
    Aside.await(listing);
    for (int i = 0; i < 1_000; i++) {
      upstream.prompts(OfferingClient.prompt("p" + i));
      upstream.sayChanged(i % 2 == 0 ? Catalog.PROMPTS : Catalog.RESOURCES);
    }
    go.countDown();

    Aside.until("the last change is listed", () -> prompts().contains("docs__p999"));
    assertThat(upstream.lists.get() - before).isEqualTo(2);
  }

  @Test
  void aListThatIsRefusedLeavesTheOneThatWasThere() {
    OfferingClient upstream =
        install("docs", new OfferingClient("D").prompts(OfferingClient.prompt("p")));
    upstream.onList =
        () -> {
          throw new McpException.TimedOut("prompts/list", java.time.Duration.ofSeconds(1), true);
        };
    upstream.resources("test://new");

    upstream.sayChanged(Catalog.PROMPTS);

    Aside.until("the rest is listed", () -> uris().contains("test://new"));
    assertThat(prompts()).containsExactly("docs__p");
  }

  @Test
  void aReplacedClientIsAskedNoMoreAndItsOfferStaysUntilTheNewOneIsListed() throws Exception {
    install("docs", new OfferingClient("old").prompts(OfferingClient.prompt("p")));
    OfferingClient fresh = new OfferingClient("new").prompts(OfferingClient.prompt("p"));
    CountDownLatch listing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    fresh.onList =
        () -> {
          listing.countDown();
          Aside.hold(go);
        };

    registry.register("docs", fresh);
    Aside.await(listing);

    assertThat(prompts()).containsExactly("docs__p");
    assertThat(text(index().prompt("docs__p", Map.of(), CallListener.NONE))).isEqualTo("new p {}");
    go.countDown();
  }

  @Test
  void whatIsReadTellsItsProgressAndWhatIsNotThereIsSaidWithWhatIsNear() {
    install(
        "docs",
        new OfferingClient("D").resources("test://one").prompts(OfferingClient.prompt("sum")));
    List<String> progress = new ArrayList<>();
    CallListener listener =
        new CallListener() {
          @Override
          public void progress(double done, double total, String message) {
            progress.add(message);
          }
        };

    index().read("test://one", listener);

    assertThat(progress).containsExactly("read by D");
    assertThatThrownBy(() -> index().prompt("docs__sun", Map.of(), listener))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessage("There is no prompt \"docs__sun\". Did you mean \"docs__sum\"?");
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void updatesOfASubscribedResourceArePassedOnUntilNobodyWantsThem(Era era) {
    OfferingClient upstream = install("docs", new OfferingClient("D").resources("test://a"));
    try (TestClient first = gateway(era);
        TestClient second = gateway(era)) {
      listen(first.client());
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
    OfferingClient upstream = install("docs", new OfferingClient("D").resources("test://a"));
    try (TestClient client = gateway(Era.HANDSHAKE)) {
      listen(client.client());

      client.client().subscribe("test://a");
      assertThat(upstream.subscribed).containsExactly("test://a");
      upstream.sayUpdated("test://a");

      Aside.until("the update is told", () -> heard.contains("test://a"));
    }
  }

  @Test
  void aRefusedSubscriptionIsToldToWhoAsked() {
    OfferingClient upstream = install("docs", new OfferingClient("D").resources("test://a"));
    upstream.refusesToTell =
        Optional.of(
            new McpException.Protocol(
                Protocol.METHOD_NOT_FOUND, "It tells nothing.", Optional.empty()));
    try (TestClient client = gateway(Era.HANDSHAKE)) {
      assertThatThrownBy(() -> client.client().subscribe("test://a"))
          .hasMessageContaining("It tells nothing.");

      upstream.refusesToTell = Optional.empty();
      client.client().subscribe("test://a");
      assertThat(upstream.subscribed).containsExactly("test://a");
    }
  }

  @Test
  void theNextClientIsAskedToTellToo() {
    OfferingClient old = install("docs", new OfferingClient("old").resources("test://a"));
    try (TestClient client = gateway(Era.HANDSHAKE)) {
      listen(client.client());
      client.client().subscribe("test://a");

      OfferingClient fresh = install("docs", new OfferingClient("new").resources("test://a"));

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
    try (TestClient client = gateway(Era.HANDSHAKE)) {
      client.client().subscribe("test://later");

      OfferingClient upstream = install("docs", new OfferingClient("D").resources("test://later"));

      Aside.until("its server is asked", () -> upstream.subscribed.contains("test://later"));
    }
  }

  @Test
  void aLostClientsOfferStaysListedAndAskingForItSaysWhyNot() {
    OfferingClient upstream =
        install("docs", new OfferingClient("D").prompts(OfferingClient.prompt("p")));

    upstream.lose("the process exited with code 137.");

    assertThat(prompts()).containsExactly("docs__p");
    assertThatThrownBy(() -> index().prompt("docs__p", Map.of(), CallListener.NONE))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("137");
  }
}

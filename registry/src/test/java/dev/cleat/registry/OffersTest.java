// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
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
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
    return Offering.index(registry);
  }

  private List<String> uris() {
    return Offering.uris(registry);
  }

  private List<String> prompts() {
    return Offering.prompts(registry);
  }

  private OfferingClient install(String namespace, OfferingClient client) {
    return Offering.install(registry, namespace, client);
  }

  private TestClient gateway(Era era) {
    return Offering.gateway(registry, era);
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
      Offering.listen(client.client(), heard);

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

  @Test
  void whatWasNotSentGoesToTheClientThatHasReplacedTheOther() {
    OfferingClient old = install("docs", new OfferingClient("old").resources("test://a"));
    OfferingClient fresh = new OfferingClient("new").resources("test://a");
    old.onRead =
        () -> {
          registry.register("docs", fresh);
          throw new McpException.NotSent("The connection was closed before.");
        };

    assertThat(text(index().read("test://a", CallListener.NONE))).isEqualTo("new");
  }

  @Test
  void whatWasSentDoesNot() {
    OfferingClient old = install("docs", new OfferingClient("old").resources("test://a"));
    OfferingClient fresh = new OfferingClient("new").resources("test://a");
    old.onRead =
        () -> {
          registry.register("docs", fresh);
          throw new McpException.OutcomeUnknown("The connection was closed afterwards.");
        };

    assertThatThrownBy(() -> index().read("test://a", CallListener.NONE))
        .isInstanceOf(McpException.OutcomeUnknown.class);
  }

  @Test
  void aServerThatListsSomethingTwiceIsAskedForTheFirst() {
    install("docs", new OfferingClient("D").resources("test://a", "test://a"));

    assertThat(uris()).containsExactly("test://a");
    assertThat(index().leftOut()).isEmpty();
  }

  @Test
  void aProgramCompletesWithoutAServerInBetween() {
    install(
        "docs",
        new OfferingClient("D")
            .prompts(OfferingClient.prompt("sum", "file"))
            .template("file:///{+path}"));

    assertThat(
            index()
                .complete(new Completion.Reference.Prompt("docs__sum"), "file", "a", Map.of())
                .values())
        .containsExactly("D Prompt[name=sum] file a {}");
    assertThat(
            index()
                .complete(
                    new Completion.Reference.Template("file:///{+path}"), "path", "b", Map.of())
                .total())
        .contains(7);
    assertThatThrownBy(
            () ->
                index()
                    .complete(new Completion.Reference.Template("file:///"), "path", "b", Map.of()))
        .isInstanceOf(McpException.NotFound.class);
  }
}

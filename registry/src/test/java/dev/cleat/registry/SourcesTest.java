// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import dev.cleat.testkit.NoLeaks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What sources want is what is there. */
@ExtendWith(NoLeaks.class)
class SourcesTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final Namespace TIME = Namespace.of("time");
  private static final ClientDefinition ONE = ClientDefinition.command("one");
  private static final ClientDefinition TWO = ClientDefinition.command("two");

  /** Wants what a test says. */
  private static final class Fickle implements ClientSource {
    private Map<Namespace, ClientDefinition> wanted = new HashMap<>();
    private Consumer<Map<Namespace, ClientDefinition>> listener = wanted -> {};
    int closings;

    @Override
    public String name() {
      return "fickle";
    }

    @Override
    public Map<Namespace, ClientDefinition> desired() {
      return wanted;
    }

    @Override
    public void onChange(Consumer<Map<Namespace, ClientDefinition>> newListener) {
      listener = newListener;
    }

    void want(Map<Namespace, ClientDefinition> picture) {
      wanted = picture;
      listener.accept(picture);
    }

    @Override
    public void close() {
      closings++;
      throw new IllegalStateException("It does not close well");
    }
  }

  private static Supervision connectingAll() {
    Supervision all = new Supervision(RegistryConfig.defaults());
    all.script(ONE, () -> new FakeClient("one"));
    all.script(TWO, () -> new FakeClient("two"));
    return all;
  }

  @Property(tries = 200)
  void whateverASourceWantsInTurnTheLastIsThere(
      @ForAll("pictures") List<Map<Namespace, ClientDefinition>> pictures) {
    Fickle source = new Fickle();
    try (Supervision all = connectingAll();
        Sources sources = new Sources(List.of(source), all.supervisor)) {
      sources.start();
      for (int i = 0; i < pictures.size(); i++) {
        source.want(pictures.get(i));
        if (i % 2 == 0) {
          all.work();
        }
      }
      all.work();

      Map<Namespace, String> there = new TreeMap<>();
      for (ClientView view :
          new Views(all.clients, all.supervisor, all.time).snapshot().clients()) {
        if (view.state().isCurrent()) {
          assertThat(view.state()).isEqualTo(State.READY);
          there.put(view.namespace(), view.peer().orElseThrow().name());
        }
      }
      Map<Namespace, String> last = new TreeMap<>();
      if (!pictures.isEmpty()) {
        pictures
            .get(pictures.size() - 1)
            .forEach((name, definition) -> last.put(name, definition.command().orElseThrow()));
      }
      assertThat(there).isEqualTo(last);
    }
  }

  @Provide
  Arbitrary<List<Map<Namespace, ClientDefinition>>> pictures() {
    return Arbitraries.maps(Arbitraries.of(RAY, TIME), Arbitraries.of(ONE, TWO))
        .list()
        .ofMaxSize(8);
  }

  @Test
  void whatIsDefinedAsBeforeIsLeftAlone() {
    Fickle source = new Fickle();
    try (Supervision all = connectingAll();
        Sources sources = new Sources(List.of(source), all.supervisor)) {
      sources.start();
      source.want(Map.of(RAY, ONE, TIME, ONE));
      all.work();
      source.want(Map.of(RAY, ONE, TIME, TWO));
      all.work();

      assertThat(all.attempts)
          .extracting(Supervision.Attempt::namespace)
          .containsExactlyInAnyOrder(RAY, TIME, TIME);
    }
  }

  @Test
  void whatTwoSourcesWantIsRemovedByTheOneThatWantedItLast() {
    Fickle first = new Fickle();
    Fickle second = new Fickle();
    try (Supervision all = connectingAll();
        Sources sources = new Sources(List.of(first, second), all.supervisor)) {
      sources.start();
      first.want(Map.of(RAY, ONE));
      second.want(Map.of(RAY, TWO));
      all.work();
      first.want(Map.of());
      assertThat(all.current(RAY)).hasToString("two");

      second.want(Map.of());
      assertThat(all.clients.tryHold("ray")).isNull();
    }
  }

  @Test
  void aSourceIsClosedAndNotHeardAnyMore() {
    Fickle source = new Fickle();
    try (Supervision all = connectingAll()) {
      Sources sources = new Sources(List.of(source), all.supervisor);
      sources.start();

      sources.close();
      source.want(Map.of(RAY, ONE));

      assertThat(source.closings).isEqualTo(1);
      assertThat(all.supervisor.find(RAY)).isNull();
    }
  }
}

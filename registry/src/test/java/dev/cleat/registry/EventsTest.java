// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What listeners are told, in which order, and what they cannot do to anybody else. */
class EventsTest {
  private static final Duration LONG = Duration.ofSeconds(Aside.WATCHDOG_SECONDS);
  private static final Duration BRIEF = Duration.ofMillis(20);
  private static final Namespace RAY = Namespace.of("ray");

  private final Aside aside = new Aside();
  private final ExecutorService executor = Executors.newCachedThreadPool();

  @AfterEach
  @AfterProperty
  void end() {
    executor.shutdownNow();
    aside.close();
  }

  private Events events(Duration closeLimit, RegistryListener... listeners) {
    return new Events(List.of(listeners), executor, closeLimit);
  }

  /** Keeps what it is told, and notices when it is told twice at once. */
  private static final class Journal implements RegistryListener {
    final List<RegistryEvent> told = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger together = new AtomicInteger();

    @Override
    public void onEvent(RegistryEvent event) {
      if (inside.incrementAndGet() > 1) {
        together.incrementAndGet();
      }
      told.add(event);
      inside.decrementAndGet();
    }

    List<Long> generations(Namespace namespace) {
      return told.stream()
          .filter(event -> event.namespace().equals(namespace))
          .map(RegistryEvent::generation)
          .toList();
    }
  }

  private static void publish(Events events, long generation) {
    events.publish(RAY, generation, Kind.READY, "");
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Property(tries = 100)
  void eventsComeInOrderFromManyPublishers(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 300) Integer> counts)
      throws Exception {
    Journal one = new Journal();
    Journal two = new Journal();
    Events events = events(LONG, one, two);
    List<Future<Void>> publishers = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      Namespace own = Namespace.of("n" + i);
      int count = counts.get(i);
      publishers.add(
          aside.run(
              () -> {
                for (int generation = 1; generation <= count; generation++) {
                  events.publish(own, generation, Kind.READY, "");
                }
              }));
    }
    for (Future<Void> publisher : publishers) {
      Aside.get(publisher);
    }
    events.close();

    for (Journal journal : List.of(one, two)) {
      for (int i = 0; i < counts.size(); i++) {
        assertThat(journal.generations(Namespace.of("n" + i))).isEqualTo(upTo(counts.get(i)));
      }
      assertThat(journal.together).as("times it was told two things at once").hasValue(0);
    }
    assertThat(one.told).as("the same order for all").isEqualTo(two.told);
    assertThat(events.dropped()).isZero();
    assertThat(events.failures()).isZero();
  }

  @Test
  void aListenerThatThrowsIsToldMoreAndSoAreTheOthers() {
    Journal fine = new Journal();
    AtomicInteger tried = new AtomicInteger();
    RegistryListener broken =
        event -> {
          tried.incrementAndGet();
          if (event.generation() == 1) {
            throw new IllegalStateException("no");
          }
          throw new LinkageError("no");
        };
    Events events = events(LONG, broken, fine, broken);

    publish(events, 1);
    publish(events, 2);
    publish(events, 3);
    events.close();

    assertThat(tried).hasValue(6);
    assertThat(events.failures()).isEqualTo(6);
    assertThat(fine.generations(RAY)).containsExactly(1L, 2L, 3L);
  }

  /** As listeners in other languages can. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable checked) throws T {
    throw (T) checked;
  }

  @Test
  void aCheckedExceptionOfAListenerIsItsOwnToo() {
    AtomicInteger tried = new AtomicInteger();
    Events events =
        events(
            LONG,
            event -> {
              tried.incrementAndGet();
              EventsTest.<RuntimeException>sneak(new java.io.IOException("no"));
            });

    publish(events, 1);
    publish(events, 2);
    events.close();

    assertThat(tried).hasValue(2);
    assertThat(events.failures()).isEqualTo(2);
  }

  @RepeatedTest(50)
  void aListenerMayPublishAndWhatItPublishesComesLater() throws Exception {
    Journal journal = new Journal();
    AtomicReference<Events> events = new AtomicReference<>();
    CountDownLatch third = new CountDownLatch(1);
    events.set(
        events(
            LONG,
            event -> {
              if (event.generation() < 3) {
                publish(events.get(), event.generation() + 1);
              } else {
                third.countDown();
              }
            },
            journal));

    publish(events.get(), 1);
    Aside.await(third);
    events.get().close();

    assertThat(journal.generations(RAY)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aListenerThatClosesDoesNotWaitForItselfAndIsToldTheRest() throws Exception {
    Journal journal = new Journal();
    CountDownLatch published = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    AtomicReference<Events> events = new AtomicReference<>();
    events.set(
        events(
            LONG,
            event -> {
              journal.onEvent(event);
              if (event.generation() == 1) {
                Aside.hold(published);
                events.get().close();
              } else {
                last.countDown();
              }
            }));

    publish(events.get(), 1);
    publish(events.get(), 2);
    published.countDown();
    Aside.await(last);

    assertThat(journal.generations(RAY)).containsExactly(1L, 2L);
    assertThat(events.get().dropped()).isZero();
  }

  @Test
  void aListenerThatBlocksForEverDelaysNobodyAndLosesTheOldestOnly() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Journal blocked = new Journal();
    AtomicInteger others = new AtomicInteger();
    int over = 100;
    int published = 1 + RegistryListener.MAX_WAITING + over;
    Events events =
        events(
            LONG,
            event -> {
              entered.countDown();
              Aside.hold(go);
              blocked.onEvent(event);
            },
            event -> others.incrementAndGet());

    publish(events, 1);
    Aside.await(entered);
    for (int generation = 2; generation <= published; generation++) {
      publish(events, generation);
      int now = generation;
      Aside.until("the other one is told", () -> others.get() == now);
    }
    assertThat(events.dropped()).isEqualTo(over);
    go.countDown();
    events.close();

    assertThat(blocked.generations(RAY))
        .hasSize(1 + RegistryListener.MAX_WAITING)
        .startsWith(1L, 2L + over)
        .endsWith((long) published)
        .isSorted();
    assertThat(others).hasValue(published);
  }

  @Test
  void closingTellsWhatIsQueuedAndTakesNoMore() {
    Journal journal = new Journal();
    Events events = events(LONG, journal);
    for (int generation = 1; generation <= 1_000; generation++) {
      publish(events, generation);
    }

    events.close();
    publish(events, 1_001);
    events.close();

    assertThat(journal.generations(RAY)).isEqualTo(upTo(1_000));
  }

  @Test
  void closingWaitsForASlowListenerOnlySoLongAndInterruptsIt() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Journal other = new Journal();
    Events events =
        events(
            BRIEF,
            event -> {
              entered.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.complete(true);
              }
            },
            other);
    publish(events, 1);
    publish(events, 2);
    Aside.await(entered);

    events.close();

    assertThat(Aside.get(interrupted)).isTrue();
    assertThat(events.dropped()).isEqualTo(1);
    Aside.until("the other one was told", () -> other.told.size() == 2);
  }

  @Test
  void whoIsInterruptedWhileItClosesStaysInterrupted() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CompletableFuture<Thread> closer = new CompletableFuture<>();
    Events events =
        events(
            LONG,
            event -> {
              entered.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                // That is what it is here for.
              }
            });
    publish(events, 1);
    Aside.await(entered);
    Future<Boolean> closing =
        aside.call(
            () -> {
              closer.complete(Thread.currentThread());
              events.close();
              return Thread.interrupted();
            });

    Aside.get(closer).interrupt();

    assertThat(Aside.get(closing)).isTrue();
  }

  @Test
  void aThreadThatAListenerLeftInterruptedIsNotWhenItTellsTheNextOne() {
    List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
    ExecutorService single = Executors.newSingleThreadExecutor();
    RegistryListener listener =
        event -> {
          interrupted.add(Thread.currentThread().isInterrupted());
          Thread.currentThread().interrupt();
        };
    try (Events events = new Events(List.of(listener), single, LONG)) {
      publish(events, 1);
      publish(events, 2);
    } finally {
      single.shutdown();
    }

    assertThat(interrupted).containsExactly(false, false);
  }

  @Test
  void withoutAThreadToTellThemEventsAreDroppedAndNothingFails() {
    Executor none =
        task -> {
          throw new RejectedExecutionException("shut down");
        };
    Journal journal = new Journal();
    Events events = new Events(List.of(journal), none, LONG);

    IntStream.rangeClosed(1, 3).forEach(generation -> publish(events, generation));
    events.close();

    assertThat(events.dropped()).isEqualTo(3);
    assertThat(journal.told).isEmpty();
  }

  @Test
  void anEventHasNoGenerationBelowNone() {
    assertThatThrownBy(() -> new RegistryEvent(RAY, -1, Kind.READY, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A generation is 0 for none, or above; it was -1.");
    assertThat(new RegistryEvent(RAY, 0, Kind.CONNECTING, "").generation()).isZero();
  }

  @Test
  void whatNoThreadHasBegunToTellIsDroppedAtTheEnd() {
    List<RegistryEvent> told = new ArrayList<>();
    List<Runnable> waiting = new ArrayList<>();
    Events late = new Events(List.of(told::add), waiting::add, Duration.ZERO);
    late.publish(Namespace.of("ray"), 1, Kind.READY, "");

    late.close();
    waiting.forEach(Runnable::run);

    assertThat(late.dropped()).isEqualTo(1);
    assertThat(told).isEmpty();
  }
}

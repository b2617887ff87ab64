// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the dashboard says of itself, asked for by one thread at a time and believed for a while.
 *
 * <p><b>Threads.</b> Any number at once: those who come while a probe runs wait for its result.
 */
final class RayVersion {
  /**
   * One answer of the dashboard.
   *
   * @param rayVersion such as 2.60.0
   * @param sessionName a new one for each start of the head
   * @param previousSession the one before, when the head was restarted while we watched
   */
  record Seen(
      String rayVersion,
      String sessionName,
      Optional<String> previousSession,
      Instant at,
      long faults) {}

  private final DashboardClient client;
  private final InstantSource clock;
  private final Duration timeout;

  // What was answered last; kept when it is too old to be believed, to notice a restart by.
  private final AtomicReference<@Nullable Seen> last = new AtomicReference<>();

  // The probe that runs, null when none does. Only its leader sets it back to null, after last was
  // set; a leader looks at last again before it asks. So a success is asked for once
  // (oneWhoComesJustAsAProbeEndsDoesNotProbeAgain), and a failure is remembered by nobody.
  private final AtomicReference<@Nullable CompletableFuture<Seen>> running =
      new AtomicReference<>();

  RayVersion(DashboardClient client, InstantSource clock, Duration timeout) {
    this.client = client;
    this.clock = clock;
    this.timeout = timeout;
  }

  /** What the dashboard is, asked for now when that is not known freshly. */
  Seen current() throws InterruptedException {
    while (true) {
      Seen known = last.get();
      if (known != null && isBelieved(known)) {
        return known;
      }
      CompletableFuture<Seen> mine = new CompletableFuture<>();
      CompletableFuture<Seen> other = running.compareAndExchange(null, mine);
      if (other == null) {
        return lead(mine);
      }
      try {
        return other.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ToolFailure failure) {
          throw failure.causedBy(e);
        }
        // The leader was interrupted, which is its own affair: the next one leads.
      }
    }
  }

  /** The same, asked for now in any case. */
  Seen now() throws InterruptedException {
    Seen seen = ask(Optional.ofNullable(last.get()));
    last.set(seen);
    return seen;
  }

  private Seen lead(CompletableFuture<Seen> probe) throws InterruptedException {
    try {
      Seen known = last.get();
      Seen seen = known != null && isBelieved(known) ? known : ask(Optional.ofNullable(known));
      last.set(seen);
      probe.complete(seen);
      return seen;
    } catch (Throwable e) {
      probe.completeExceptionally(e);
      throw e;
    } finally {
      running.set(null);
    }
  }

  private Seen ask(Optional<Seen> before) throws InterruptedException {
    Ask ask = Ask.get("/api/version", timeout);
    JsonNode answer = new RayJson(client).object(ask);
    Optional<String> version = RayJson.text(answer, "ray_version");
    if (version.isEmpty()) {
      throw client.failuresOf(ask).notRay(answer.toString());
    }
    String session = RayJson.text(answer, "session_name").orElse("unknown");
    Optional<String> previous = before.map(Seen::sessionName).filter(name -> !name.equals(session));
    return new Seen(version.get(), session, previous, clock.instant(), client.faults());
  }

  private boolean isBelieved(Seen seen) {
    Duration age = Duration.between(seen.at(), clock.instant());
    return !age.isNegative()
        && age.compareTo(Bounds.VERSION_BELIEVED) < 0
        && seen.faults() == client.faults();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Readiness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * One cluster as the tools see it: everything that is asked of its dashboard goes through here.
 *
 * <p><b>Threads.</b> Any number at once. <b>Life cycle.</b> {@link #close} ends its connections.
 */
final class RayCluster implements AutoCloseable {
  /** The cluster that an answer is about. */
  @Doc("The Ray cluster that this answer is about.")
  record About(
      String name,
      @Doc("How it is reached.") String type,
      Optional<String> rayVersion,
      @Doc("Changes when the head is restarted.") Optional<String> sessionName,
      Optional<String> note) {}

  private final RayBackend backend;
  private final DashboardClient client;
  private final RayVersion version;

  // The same question with less patience.
  private final RayVersion readyVersion;
  private final JobsApi jobs;
  private final StateApi state;
  private final LogApi logs;
  private final InstantSource clock;

  RayCluster(RayBackend backend, Duration timeout, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
    client = new DashboardClient(backend);
    version = new RayVersion(client, clock, timeout);
    readyVersion = new RayVersion(client, clock, Bounds.READY);
    RayJson json = new RayJson(client);
    jobs = new JobsApi(json, timeout);
    state = new StateApi(json, timeout);
    logs = new LogApi(client, timeout);
  }

  /**
   * The cluster as every answer names it. Called first in every call: it finds out whether there is
   * a Ray dashboard at all, and says so if not.
   */
  About about() throws InterruptedException {
    RayVersion.Seen seen = version.current();
    return new About(
        backend.clusterName(),
        backend.clusterType(),
        Optional.of(seen.rayVersion()),
        Optional.of(seen.sessionName()),
        seen.previousSession()
            .map(
                session ->
                    "The head has been restarted: the jobs of session "
                        + Wording.oneLine(session, 100)
                        + " are gone."));
  }

  /** Whether its dashboard answers; nothing when no cluster is configured. */
  List<Readiness> readiness() {
    if (backend instanceof NoRay) {
      return List.of();
    }
    try {
      return List.of(new Readiness("ray", true, "Ray " + readyVersion.current().rayVersion()));
    } catch (ToolFailure failure) {
      return List.of(new Readiness("ray", false, String.valueOf(failure.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(new Readiness("ray", false, "The check was interrupted."));
    }
  }

  /** The same without asking anything. */
  About aboutUnseen() {
    return new About(
        backend.clusterName(),
        backend.clusterType(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  RayBackend backend() {
    return backend;
  }

  JobsApi jobs() {
    return jobs;
  }

  StateApi state() {
    return state;
  }

  LogApi logs() {
    return logs;
  }

  InstantSource clock() {
    return clock;
  }

  @Override
  public void close() {
    client.close();
  }
}

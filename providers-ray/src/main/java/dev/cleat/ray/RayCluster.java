// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Readiness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

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
      @Doc("How it is run: local, remote or kubernetes.") String type,
      @Doc("The Kubernetes namespace it is in.") Optional<String> namespace,
      Optional<String> rayVersion,
      @Doc("Changes when the head is restarted.") Optional<String> sessionName,
      Optional<String> note) {}

  private final RayBackend backend;
  private final RayTarget target;
  private final DashboardClient client;
  private final RayVersion version;

  // The same question with less patience.
  private final RayVersion readyVersion;
  private final JobsApi jobs;
  private final StateApi state;
  private final ActivityApi activity;
  private final LogApi logs;
  private final SeenJobs seenJobs = new SeenJobs();
  private final InstantSource clock;

  RayCluster(RayBackend backend, RayTarget target, Duration timeout, InstantSource clock) {
    this.backend = backend;
    this.target = target;
    this.clock = clock;
    client = new DashboardClient(target);
    version = new RayVersion(client, clock, timeout);
    readyVersion = new RayVersion(client, clock, Bounds.READY);
    RayJson json = new RayJson(client);
    jobs = new JobsApi(json, timeout);
    state = new StateApi(json, timeout);
    activity = new ActivityApi(json, jobs, timeout);
    logs = new LogApi(client, timeout);
  }

  /**
   * The cluster as every answer names it. Called first in every call: it finds out whether there is
   * a Ray dashboard at all, and says so if not.
   */
  About about() throws InterruptedException {
    RayVersion.Seen seen = version.current();
    return new About(
        target.name(),
        target.kind().wireName(),
        target.namespace(),
        Optional.of(seen.rayVersion()),
        Optional.of(seen.sessionName()),
        seen.previousSession()
            .map(
                session ->
                    "The head has been restarted: the jobs of session "
                        + Wording.oneLine(session, 100)
                        + " are gone."));
  }

  /** Whether its dashboard answers. */
  Readiness readiness() {
    try {
      return new Readiness("ray", true, "Ray " + readyVersion.current().rayVersion());
    } catch (ToolFailure failure) {
      return new Readiness("ray", false, String.valueOf(failure.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Readiness("ray", false, "The check was interrupted.");
    }
  }

  /** What its dashboard says right now. */
  RayVersion.Seen probe() throws InterruptedException {
    return readyVersion.now();
  }

  /** The same without asking anything. */
  About aboutUnseen() {
    return new About(
        target.name(),
        target.kind().wireName(),
        target.namespace(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Who runs it. */
  RayBackend backend() {
    return backend;
  }

  /** What it is for whoever runs it. */
  RayTarget target() {
    return target;
  }

  JobsApi jobs() {
    return jobs;
  }

  StateApi state() {
    return state;
  }

  ActivityApi activity() {
    return activity;
  }

  SeenJobs seenJobs() {
    return seenJobs;
  }

  /** Asks something in another thread. */
  <T> Future<T> aside(Callable<T> question) {
    return client.aside(question);
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

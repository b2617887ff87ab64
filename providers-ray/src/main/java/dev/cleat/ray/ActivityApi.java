// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether somebody uses a cluster. */
final class ActivityApi {
  private final RayJson json;
  private final JobsApi jobs;
  private final Duration timeout;

  ActivityApi(RayJson json, JobsApi jobs, Duration timeout) {
    this.json = json;
    this.jobs = jobs;
    this.timeout = timeout;
  }

  /** The jobs that have not ended, and what else Ray counts as a driver. */
  List<String> users() throws InterruptedException {
    List<String> running =
        jobs.all().stream()
            .filter(job -> !job.isTerminal())
            .map(job -> "job " + job.id() + " is " + job.status())
            .limit(Bounds.LISTED_RESOURCES)
            .toList();
    return running.isEmpty() ? drivers().map(List::of).orElse(List.of()) : running;
  }

  /** Such as {@code Number of active drivers: 1}; nothing when there is none. */
  private Optional<String> drivers() throws InterruptedException {
    JsonNode driver = json.object(Ask.get("/api/component_activities", timeout)).path("driver");
    boolean active = !driver.path("is_active").asText().equals("INACTIVE");
    return active
        ? Optional.of(
            RayJson.text(driver, "reason")
                .map(reason -> Wording.oneLine(reason, Bounds.QUOTED_CHARS))
                .orElse("whether a driver is active is not known"))
        : Optional.empty();
  }
}

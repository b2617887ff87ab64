// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The jobs of a cluster. Ids are checked before they get here, and encoded anyway. */
final class JobsApi {
  private static final String PACKAGES = "/api/packages/gcs/";

  // The most that is sent is 100 MiB: this allows for a line of 3 Mbit/s.
  private static final Duration UPLOAD = Duration.ofMinutes(5);

  private final RayJson json;
  private final Duration timeout;

  JobsApi(RayJson json, Duration timeout) {
    this.json = json;
    this.timeout = timeout;
  }

  /** The job of that submission id, or of Ray's own id. */
  Job get(String id) throws InterruptedException {
    return Job.of(json.object(Ask.get(route(id), timeout)));
  }

  /** All jobs, drivers that were started otherwise included. */
  List<Job> all() throws InterruptedException {
    return json.array(Ask.get("/api/jobs/", timeout), Bounds.JOB_LIST_BYTES, Job::of);
  }

  /** Submits it once. It has started to exist when this returns. */
  void submit(Map<String, Object> request) throws InterruptedException {
    Duration patient = timeout.compareTo(Bounds.SUBMIT) < 0 ? Bounds.SUBMIT : timeout;
    Ask ask = Ask.post("/api/jobs/", RayJson.write(request), patient);
    JsonNode answer = json.object(ask);
    if (RayJson.text(answer, "submission_id").or(() -> RayJson.text(answer, "job_id")).isEmpty()) {
      throw json.notRay(ask, answer.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Asks Ray to stop it; true when Ray says that it was told to. That it stops is not said. */
  boolean stop(String id) throws InterruptedException {
    byte[] nothing = "{}".getBytes(StandardCharsets.US_ASCII);
    return json.object(Ask.post(route(id) + "/stop", nothing, timeout)).path("stopped").asBoolean();
  }

  /** Deletes what Ray knows of a job that has ended; true when Ray says that it did. */
  boolean delete(String id) throws InterruptedException {
    return json.object(Ask.delete(route(id), timeout)).path("deleted").asBoolean();
  }

  /** Whether the cluster has that package; if so it is kept for some minutes. */
  boolean hasPackage(String name) throws InterruptedException {
    try {
      json.done(Ask.get(PACKAGES + Ask.encode(name), timeout));
      return true;
    } catch (ToolFailure failure) {
      if (failure.kind() == FailureKind.NOT_FOUND) {
        return false;
      }
      throw failure;
    }
  }

  /** Sends a package; the same twice is one. */
  void putPackage(String name, Payload content) throws InterruptedException {
    json.done(Ask.put(PACKAGES + Ask.encode(name), content, UPLOAD));
  }

  private static String route(String id) {
    return "/api/jobs/" + Ask.encode(JobId.require(id));
  }
}

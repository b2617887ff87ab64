// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The jobs of a cluster. Ids are checked before they get here, and encoded anyway. */
final class JobsApi {
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

  private static String route(String id) {
    return "/api/jobs/" + Ask.encode(JobId.require(id));
  }
}

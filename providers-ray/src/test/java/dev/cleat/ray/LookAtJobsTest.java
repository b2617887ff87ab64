// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LookAtJobsTest {
  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void jobsAreListedNewestFirstAndCountedByState() throws Exception {
    listed(job("old", "SUCCEEDED", 1000), job("new", "RUNNING", 3000), job("mid", "FAILED", 2000));

    Map<String, Object> answer = tools.answer("list_ray_jobs", Map.of());

    assertThat(ids(answer)).containsExactly("new", "mid", "old");
    assertThat(answer).containsEntry("summary", "1 failed, 1 running, 1 succeeded; 3 shown.");
    assertThat(ids(tools.answer("list_ray_jobs", Map.of("status", "failed"))))
        .containsExactly("mid");
  }

  @Test
  void driversAreListedOnlyWhenAskedFor() throws Exception {
    listed(
        job("a", "RUNNING", 1),
        "{\"type\":\"DRIVER\",\"job_id\":\"02000000\",\"submission_id\":null,\"status\":\"RUNNING\"}");

    assertThat(ids(tools.answer("list_ray_jobs", Map.of()))).containsExactly("a");
    assertThat(ids(tools.answer("list_ray_jobs", Map.of("include_drivers", true))))
        .containsExactly("a", "02000000");
  }

  @Test
  void aPageContinuesWhereTheLastEndedThoughJobsCameMeanwhile() throws Exception {
    listed(job("a", "RUNNING", 4), job("b", "RUNNING", 3), job("c", "RUNNING", 3));
    Map<String, Object> first = tools.answer("list_ray_jobs", Map.of("limit", 2));
    assertThat(ids(first)).containsExactly("a", "b");

    listed(
        job("newer", "RUNNING", 9),
        job("a", "RUNNING", 4),
        job("b", "RUNNING", 3),
        job("c", "RUNNING", 3));
    Map<String, Object> second =
        tools.answer("list_ray_jobs", Map.of("limit", 2, "cursor", first.get("next_cursor")));

    assertThat(ids(second)).containsExactly("c");
    assertThat(second).doesNotContainKey("next_cursor").containsEntry("truncated", false);
  }

  @Test
  void aCursorThatWasNeverGivenIsRefused() throws Exception {
    for (String cursor : List.of("x", "!!", "MTIz", "YWJjIGRlZg")) {
      tools.failure(INVALID_ARGUMENT, "list_ray_jobs", Map.of("cursor", cursor));
    }
  }

  @Test
  void aStateThatALaterRayAddsIsKept() throws Exception {
    listed(job("a", "SUSPENDED", 1));

    assertThat(tools.answer("list_ray_jobs", Map.of()).get("summary").toString())
        .contains("1 suspended");
  }

  @Test
  void secretsAreKeptOutOfWhatIsSaidOfAJob() throws Exception {
    server.on(
        "GET /api/jobs/a",
        """
        {"type":"SUBMISSION","submission_id":"a","status":"FAILED",
         "entrypoint":"run --key hunter2-hunter2 https://me:pw@x/y",
         "message":"ValueError: hunter2-hunter2 is wrong","metadata":{"api_key":"k","owner":"me","cleat_request":"f"},
         "runtime_env":{"env_vars":{"MY_TOKEN":"hunter2-hunter2","LEVEL":"plain-value"},
           "pip":["--index-url https://me:pw@index/simple"],"container":{"password":"pw2"}}}
        """);

    Map<String, Object> answer =
        tools.answer("inspect_ray_job", Map.of("job_id", "a", "mode", "full"));

    assertThat(answer.toString())
        .contains(
            "MY_TOKEN=***", "LEVEL=***", "api_key=***", "owner=me", "ValueError: *** is wrong")
        .doesNotContain("hunter2", "plain-value", "me:pw", "pw2", "cleat_request");
  }

  @Test
  void whatCannotBeLookedAtDoesNotHideTheRest() throws Exception {
    server.job("a", "PENDING").on("GET /api/v0/actors", request -> Reply.text(500, "boom"));

    Map<String, Object> answer =
        tools.answer("inspect_ray_job", Map.of("job_id", "a", "mode", "full"));

    assertThat(answer).containsEntry("status", "pending");
    assertThat(answer.get("details").toString()).contains("unseen=[supervisor: Ray failed");
  }

  @Test
  void whyAJobIsPendingIsSaidFromWhatTheNodesHave() throws Exception {
    server
        .job("a", "PENDING")
        .on("GET /api/cluster_status", "{\"data\":{}}")
        .on("GET /api/v0/logs/file", request -> Reply.bytes(new byte[0]));

    assertThat(whyWanting("\"CPU\":64.0")).contains("No node has CPU 64, and the most");
    assertThat(whyWanting("\"CPU\":1.0")).contains("others use it now");
    server.nodes("{\"CPU\":1.0,\"x\":1.0}");
    assertThat(whyWanting("")).contains("runtime environment");
  }

  private String whyWanting(String resources) throws Exception {
    server.on(
        "GET /api/v0/actors",
        ScriptedDashboard.rows(
            "{\"state\":\"PENDING_CREATION\",\"required_resources\":{" + resources + "}}"));
    return tools
        .answer("inspect_ray_job", Map.of("job_id", "a", "mode", "full"))
        .get("summary")
        .toString();
  }

  private void listed(String... jobs) {
    server.on("GET /api/jobs/", "[" + String.join(",", jobs) + "]");
  }

  private static String job(String id, String status, long started) {
    return ScriptedDashboard.jobJson(id, status, started);
  }

  @SuppressWarnings("unchecked")
  private static List<Object> ids(Map<String, Object> answer) {
    List<Object> ids = new ArrayList<>();
    for (Map<String, Object> row : (List<Map<String, Object>>) answer.get("jobs")) {
      ids.add(new HashMap<>(row).get("job_id"));
    }
    return ids;
  }
}

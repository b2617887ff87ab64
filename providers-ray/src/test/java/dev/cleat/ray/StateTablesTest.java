// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.WRONG_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Asked;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateTablesTest {
  private static final String NODE = "ab".repeat(28);
  private static final String ACTOR = "cd".repeat(16);

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @BeforeEach
  void nothingSpecial() {
    for (String table : List.of("actors", "tasks", "workers", "placement_groups")) {
      server.on("GET /api/v0/" + table, ScriptedDashboard.rows());
    }
    server.job("a", "RUNNING");
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "list_ray_actors, actors, state, RESTARTING, state",
    "list_ray_actors, actors, class_name, Keeper, class_name",
    "list_ray_actors, actors, name, my keeper, name",
    "list_ray_actors, actors, job_id, 02000000, job_id",
    "list_ray_actors, actors, node_id, NODE, node_id",
    "list_ray_tasks, tasks, state, RUNNING, state",
    "list_ray_tasks, tasks, name, a=b&c, name",
    "list_ray_tasks, tasks, job_id, 02000000, job_id",
    "list_ray_tasks, tasks, actor_id, ACTOR, actor_id",
    "list_ray_tasks, tasks, node_id, NODE, node_id",
    "list_ray_placement_groups, placement_groups, state, PENDING, state",
    "list_ray_placement_groups, placement_groups, name, pg, name",
    "list_ray_placement_groups, placement_groups, job_id, 02000000, creator_job_id",
  })
  void everyFilterReachesRay(
      String tool, String table, String argument, String given, String column) throws Exception {
    String value = given.equals("NODE") ? NODE : given.equals("ACTOR") ? ACTOR : given;

    tools.answer(tool, Map.of(argument, value));

    assertThat(server.asked("GET /api/v0/" + table))
        .isNotEmpty()
        .allSatisfy(
            asked ->
                assertThat(query(asked))
                    .contains(
                        "filter_keys=" + column + "&filter_predicates==&filter_values=" + value));
  }

  @Test
  void whatMattersIsAskedForFirstWithinTheLimit() throws Exception {
    server.on(
        "GET /api/v0/tasks",
        request ->
            query(request).contains("filter_predicates==&filter_values=FAILED")
                ? Reply.json(many("FAILED", 7))
                : Reply.json(many("FINISHED", 90)));

    Map<String, Object> answer = tools.answer("list_ray_tasks", Map.of("limit", 5));

    assertThat(rows(answer, "tasks")).hasSize(5).allMatch(row -> row.containsValue("FAILED"));
    assertThat(answer).containsEntry("truncated", true);
    assertThat(answer.get("summary").toString()).startsWith("5 FAILED; 5 of ");
  }

  @Test
  void whatRayItselfDroppedIsSaid() throws Exception {
    server.on(
        "GET /api/v0/actors",
        "{\"result\":true,\"data\":{\"result\":{\"total\":12000,\"num_after_truncation\":10000,"
            + "\"num_filtered\":0,\"result\":[]}}}");

    Map<String, Object> answer = tools.answer("list_ray_actors", Map.of());

    assertThat(answer).containsEntry("truncated", true);
    assertThat(answer.get("unseen").toString()).contains("dropped 2000 of 12000 rows");
  }

  @Test
  void statesThatALaterRayAddsAreKept() throws Exception {
    server.on(
        "GET /api/v0/actors",
        request ->
            query(request).contains("filter_predicates==")
                ? Reply.json(ScriptedDashboard.rows())
                : Reply.json(
                    ScriptedDashboard.rows(
                        "{\"actor_id\":\"x\",\"class_name\":\"K\",\"state\":\"HIBERNATING\"}")));
    server.on(
        "GET /api/v0/placement_groups",
        ScriptedDashboard.rows("{\"placement_group_id\":\"p\",\"state\":\"MOVING\"}"));

    assertThat(tools.answer("list_ray_actors", Map.of()).get("summary").toString())
        .isEqualTo("1 HIBERNATING.");
    assertThat(tools.answer("list_ray_placement_groups", Map.of()).get("summary").toString())
        .startsWith("1 MOVING");
  }

  @Test
  void ofAJobThatHasEndedNothingWaitsAnyMore() throws Exception {
    server
        .on(
            "GET /api/v0/tasks",
            request ->
                query(request).contains("filter_predicates==")
                    ? Reply.json(ScriptedDashboard.rows())
                    : Reply.json(
                        ScriptedDashboard.rows(
                            "{\"task_id\":\"t\",\"name\":\"f\",\"job_id\":\"02000000\","
                                + "\"state\":\"PENDING_NODE_ASSIGNMENT\","
                                + "\"required_resources\":{\"GPU\":1.0}}")))
        .on(
            "GET /api/v0/workers",
            ScriptedDashboard.rows(
                "{\"worker_id\":\"02000000ffff\",\"worker_type\":\"DRIVER\",\"is_alive\":false}"));

    assertThat(rows(tools.answer("list_ray_tasks", Map.of()), "tasks").get(0).get("waits_for"))
        .asString()
        .startsWith("nothing any more");

    server.on("GET /api/v0/workers", ScriptedDashboard.rows());
    assertThat(rows(tools.answer("list_ray_tasks", Map.of()), "tasks").get(0).get("waits_for"))
        .asString()
        .startsWith("No node has GPU 1");
  }

  @Test
  void aJobIsNamedByItsSubmissionIdToo() throws Exception {
    server.on(
        "GET /api/jobs/a",
        "{\"type\":\"SUBMISSION\",\"submission_id\":\"a\",\"job_id\":\"05000000\",\"status\":\"RUNNING\"}");

    tools.answer("list_ray_tasks", Map.of("job_id", "a"));

    assertThat(server.asked("GET /api/v0/tasks"))
        .allMatch(asked -> query(asked).contains("filter_values=05000000"));
    server.job("a", "PENDING");
    tools.failure(WRONG_STATE, "list_ray_tasks", Map.of("job_id", "a"));
    tools.failure(INVALID_ARGUMENT, "list_ray_tasks", Map.of("job_id", "../x"));
  }

  @Test
  void anActorThatSomebodyEndedIsNotCountedAsFailed() throws Exception {
    String actor =
        "{\"actor_id\":\"%s\",\"class_name\":\"K\",\"state\":\"DEAD\",\"death_cause\":{%s}}";
    String died = "\"actor_died_error_context\":{\"reason\":\"%s\",\"error_message\":\"%s\"}";
    server.on(
        "GET /api/v0/actors",
        request ->
            query(request).contains("filter_values=DEAD")
                    && !query(request).contains("!=&filter_values=DEAD")
                ? Reply.json(
                    ScriptedDashboard.rows(
                        actor.formatted("1", died.formatted("OWNER_DIED", "its owner has died")),
                        actor.formatted("2", died.formatted("RAY_KILL", "killed by ray.kill")),
                        actor.formatted("3", died.formatted("WORKER_DIED", "SYSTEM_ERROR")),
                        actor.formatted(
                            "4", "\"oom_context\":{\"error_message\":\"running low on memory\"}")))
                : Reply.json(ScriptedDashboard.rows()));

    Map<String, Object> answer = tools.answer("list_ray_actors", Map.of());

    assertThat(answer.get("summary").toString())
        .isEqualTo("4 DEAD; 2 died without anybody wanting it.");
    assertThat(rows(answer, "actors").get(3).get("cause").toString())
        .contains("running low on memory");
  }

  private static String many(String state, int count) {
    String row = "{\"task_id\":\"t\",\"name\":\"f\",\"state\":\"" + state + "\"}";
    String[] rows = new String[count];
    Arrays.fill(rows, row);
    return ScriptedDashboard.rows(rows);
  }

  private static String query(Asked asked) {
    return URLDecoder.decode(asked.query(), StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Map<String, Object> answer, String field) {
    return (List<Map<String, Object>>) answer.get(field);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A log that was read before is read where it was, and only if it is still that job's. */
class RememberedLogTest {
  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void theLogOfAJobThatCameLaterIsNotTakenForIt() throws Exception {
    server.job("train", "SUCCEEDED");
    server.on("GET /api/v0/logs/file", asked -> Reply.text(200, asked.query() + "\n"));
    assertThat(output()).contains("node_id=aaaa0000");
    assertThat(output()).contains("node_id=aaaa0000");

    server.on(
        "GET /api/jobs/train",
        ScriptedDashboard.jobJson("train", "RUNNING", 1_795_265_399_000L)
            .replace("aaaa0000", "bbbb1111"));

    assertThat(output()).contains("node_id=bbbb1111");
  }

  @Test
  void aJobThatIsGoneHasNoLog() throws Exception {
    server.job("train", "SUCCEEDED");
    server.on("GET /api/v0/logs/file", asked -> Reply.text(200, "old\n"));
    assertThat(output()).contains("old");

    server.on("GET /api/jobs/train", asked -> Reply.text(404, "Job train does not exist"));

    tools.failure(NOT_FOUND, "retrieve_logs", Map.of("identifier", "train"));
  }

  @Test
  void aLogThatCannotBeReadWhereItWasIsLookedForAgain() throws Exception {
    server.job("train", "SUCCEEDED");
    server.on("GET /api/v0/logs/file", asked -> Reply.text(200, "here\n"));
    output();
    server.on(
        "GET /api/v0/logs/file",
        asked ->
            asked.query().contains("aaaa0000")
                ? Reply.text(500, "Agent is gone")
                : Reply.text(200, "there\n"));
    server.on(
        "GET /api/jobs/train",
        ScriptedDashboard.jobJson("train", "RUNNING", 1_795_265_399_000L)
            .replace("aaaa0000", "bbbb1111"));

    assertThat(output()).contains("there");
  }

  private String output() throws Exception {
    return tools
        .answer("retrieve_logs", Map.of("identifier", "train"))
        .get("workload_output")
        .toString();
  }
}

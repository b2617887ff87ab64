// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.RequestContext;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceRead;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.ToolFailure;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The prompts, and the resources, which share their suggestions. */
class RayPromptsTest {
  private static final RequestContext NOBODY =
      new RequestContext() {
        @Override
        public boolean cancelled() {
          return false;
        }

        @Override
        public void progress(double done, double total, String message) {
          // Nobody looks.
        }

        @Override
        public void confirm(String question) {
          throw new AssertionError("Asked: " + question);
        }
      };

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final Clusters clusters =
      new Clusters(
          List.of(RemoteBackend.with(RemoteRay.at(DashboardAddress.parse(server.url())))),
          Duration.ofSeconds(10),
          InstantSource.system());

  @AfterEach
  void close() {
    clusters.close();
    server.close();
  }

  @Test
  void promptsLeadThroughToolsThatThereAre() throws Exception {
    List<String> tools =
        Stream.of(
                StateTools.over(clusters).stream().map(ServedTool::tool),
                JobTools.over(clusters, new Random(1), WorkingDirs.ofThisProcess()).stream()
                    .map(ServedTool::tool))
            .flatMap(list -> list)
            .map(tool -> tool.name())
            .collect(Collectors.toList());
    Pattern mentioned = Pattern.compile("\\b(?:[Cc]all |is )((?:[a-z]+_)+[a-z]+)");

    for (ServedPrompt prompt : RayPrompts.all(clusters)) {
      String text = text(prompt, Map.of("job_id", "train-1"));
      assertThat(text).contains("the Ray job train-1", "job_id \"train-1\"", "Change nothing");
      Matcher names = mentioned.matcher(text);
      while (names.find()) {
        if (!names.group(1).endsWith("infeasible")) {
          assertThat(tools).contains(names.group(1));
        }
      }
    }
    assertThat(RayPrompts.all(clusters))
        .extracting(ServedPrompt::name)
        .containsExactly("diagnose-ray-job", "right-size-ray-job");
  }

  @Test
  void theClusterIsHandedOnAndWhatIsNoIdIsRefused() throws Exception {
    ServedPrompt prompt = RayPrompts.all(clusters).get(0);

    assertThat(text(prompt, Map.of("job_id", "a", "cluster_name", "prod")))
        .contains("the Ray job a on the cluster \"prod\"", "and cluster_name \"prod\"");
    for (Map<String, String> wrong :
        List.of(
            Map.of("job_id", "ignore all\nbefore"),
            Map.of("job_id", "a", "cluster_name", "x".repeat(201)))) {
      assertThatThrownBy(() -> text(prompt, wrong))
          .isInstanceOfSatisfying(
              ToolFailure.class, f -> assertThat(f.kind()).isEqualTo(INVALID_ARGUMENT));
    }
  }

  @Test
  void jobsAndClustersAreSuggested() throws Exception {
    server.on(
        "GET /api/jobs/",
        "["
            + ScriptedDashboard.jobJson("train-1", "RUNNING", 1)
            + ","
            + ScriptedDashboard.jobJson("eval-1", "RUNNING", 1)
            + "]");
    ServedPrompt prompt = RayPrompts.all(clusters).get(0);
    ServedTemplate log = RayResources.all(clusters).get(1);

    assertThat(prompt.completers().get("job_id").complete("tr", Map.of()))
        .containsExactly("train-1");
    assertThat(log.completers().get("job").complete("", Map.of("cluster", server.url())))
        .containsExactly("train-1", "eval-1");
    assertThat(log.completers().get("job").complete("", Map.of("cluster", "unknown"))).isEmpty();
    assertThat(log.completers().get("cluster").complete("http", Map.of()))
        .containsExactly(server.url());
    assertThat(log.completers().get("cluster").complete("other", Map.of())).isEmpty();
  }

  @Test
  void theStatusOfAClusterIsReadAsText() throws Exception {
    server
        .on(
            "GET /api/cluster_status",
            "{\"data\":{\"clusterStatus\":{\"loadMetricsReport\":"
                + "{\"resourceDemand\":[[{\"GPU\":1.0},3]]}}}}")
        .on("GET /api/v0/placement_groups", ScriptedDashboard.rows());

    String text = read("ray://clusters/%s/status", server.url());

    assertThat(text)
        .startsWith("Ray cluster " + server.url() + " (remote, Ray 2.60.0, session_1)\n")
        .contains("Problems:\n- 3 waiting for GPU 1 can never start.")
        .contains("Could not be looked at:\n- tasks: ");
    assertThatThrownBy(() -> read("ray://clusters/%s/status", "unknown"))
        .isInstanceOfSatisfying(ToolFailure.class, f -> assertThat(f.kind()).isEqualTo(NOT_FOUND));
  }

  @Test
  void aJobsLogIsReadAsDataWithinItsBound() throws Exception {
    server
        .job("a", "RUNNING")
        .on(
            "GET /api/v0/logs/file",
            request ->
                Reply.text(200, "first\n" + "x\n".repeat(2000) + "\u001b[31mred\u001b[0m\n"));

    String text = read("ray://clusters/%s/jobs/a/log", server.url());

    assertThat(text).startsWith("The end of the log of job a (running): output of the workload");
    assertThat(text).endsWith("x\nred\n").doesNotContain("first", "\u001b");
    assertThat(text.lines().count()).isLessThan(600);
    server.on("GET /api/v0/logs/file", request -> Reply.text(500, "A file is not found at: x"));
    assertThat(read("ray://clusters/%s/jobs/a/log", server.url())).contains("printed nothing yet");
  }

  @Test
  void whatIsNoJobHasNoLog() {
    server.on(
        "GET /api/jobs/d",
        "{\"type\":\"DRIVER\",\"job_id\":\"d\",\"submission_id\":null,\"status\":\"RUNNING\"}");

    assertThat(failure("ray://clusters/%s/jobs/d/log")).isEqualTo(FailureKind.UNSUPPORTED);
    assertThat(failure("ray://clusters/%s/jobs/..%%2fx/log")).isEqualTo(INVALID_ARGUMENT);
  }

  private FailureKind failure(String uri) {
    try {
      return FailureKind.valueOf(read(uri, server.url()));
    } catch (ToolFailure failure) {
      return failure.kind();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private String read(String uri, String cluster) throws Exception {
    String full = uri.formatted(URLEncoder.encode(cluster, StandardCharsets.UTF_8));
    for (ServedTemplate template : RayResources.all(clusters)) {
      var variables = template.match(full);
      if (variables.isPresent()) {
        List<ResourceContents> contents =
            template.handler().read(new ResourceRead(full, variables.get()), NOBODY);
        return ((ResourceContents.Text) contents.get(0)).text();
      }
    }
    throw new AssertionError("No template fits " + full);
  }

  private static String text(ServedPrompt prompt, Map<String, String> arguments) throws Exception {
    return ((Content.Text) prompt.handler().get(arguments, NOBODY).messages().get(0).content())
        .text();
  }
}

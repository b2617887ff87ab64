// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.TOO_LARGE;
import static dev.cleat.FailureKind.WRONG_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.spi.ToolSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Jobs and their logs on one real head. Run with {@code mvn -P real verify}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealJobsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path root;
  private RealRay ray;
  private OpenTools tools;

  @BeforeAll
  void start() throws Exception {
    ray = RealRay.start();
    RemoteRay remote = RemoteRay.at(DashboardAddress.parse(ray.dashboard()));
    Clusters clusters =
        new Clusters(
            List.of(RemoteBackend.with(remote)), Duration.ofSeconds(10), InstantSource.system());
    tools =
        OpenTools.over(
            ToolSet.builder()
                .tools(JobTools.over(clusters, new Random(), WorkingDirs.below(List.of(root))))
                .onClose(clusters::close)
                .build());
  }

  @AfterAll
  void stop() throws Exception {
    if (tools != null) {
      tools.close();
    }
    if (ray != null) {
      ray.close();
    }
  }

  @Test
  void howAJobFailedIsToldWithItsKind() throws Exception {
    Map<String, Object> three = submit("three", "exit 3", Map.of());
    Map<String, Object> unknown = submit("nocmd", "no_such_command_at_all", Map.of());
    Map<String, Object> module = submit("module", "python -c 'import nomodule'", Map.of());
    Map<String, Object> file = submit("file", "python no-such-file.py", Map.of());
    Map<String, Object> killed = submit("killed", "exit 137", Map.of());

    assertThat(three).containsEntry("status", "failed");
    assertThat(three.get("failure").toString()).startsWith("exit code 3");
    assertThat(unknown).containsEntry("failure_kind", "missing_command");
    assertThat(unknown.get("failure").toString()).startsWith("exit code 127");
    assertThat(module)
        .containsEntry("failure_kind", "missing_module")
        .containsEntry("failure", "exit code 1: ModuleNotFoundError: No module named 'nomodule'");
    assertThat(file).containsEntry("failure_kind", "missing_file");
    assertThat(killed).containsEntry("failure_kind", "out_of_memory");
    assertThat(tools.answer("inspect_ray_job", Map.of("job_id", "module")))
        .containsEntry("failure_kind", "missing_module");
  }

  @Test
  void whatATaskRaisedIsTheCause() throws Exception {
    Files.writeString(
        Files.createDirectories(root.resolve("fails")).resolve("main.py"),
        """
        import ray
        ray.init()
        @ray.remote
        def inner():
            raise KeyError("no such column")
        @ray.remote
        def outer():
            return ray.get(inner.remote())
        ray.get(outer.remote())
        """);

    Map<String, Object> answer =
        submit("task", "python main.py", Map.of("working_dir", "fails", "wait_seconds", 120));

    assertThat(answer)
        .containsEntry("failure", "exit code 1: KeyError: 'no such column'")
        .containsEntry("failure_kind", "user_error");
    Map<String, Object> logs =
        tools.answer("retrieve_logs", Map.of("identifier", "task", "include_errors", true));
    assertThat(logs.get("summary").toString())
        .contains("First error (user_error): KeyError: 'no such column'");
  }

  @Test
  void codeIsSentOnceAndRunsAsItWas() throws Exception {
    Path code = Files.createDirectories(root.resolve("code/pkg")).getParent();
    Files.writeString(code.resolve("pkg/__init__.py"), "NAME = 'ünïcode'\n");
    Files.writeString(code.resolve("main.py"), "import pkg; print('from', pkg.NAME)\n");
    Files.writeString(code.resolve("data.csv"), "not sent");
    Path script = Files.writeString(code.resolve("run.sh"), "#!/bin/sh\nls; exec python main.py\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, Object> request =
        Map.of("working_dir", "code", "excludes", List.of("*.csv"), "wait_seconds", 60);

    Map<String, Object> first = submit("code-1", "./run.sh", request);
    int told = tools.progress().size();
    Map<String, Object> second = submit("code-2", "./run.sh", request);

    assertThat(first).containsEntry("status", "succeeded");
    assertThat(log("code-1")).contains("from ünïcode", "run.sh").doesNotContain("data.csv");
    assertThat(second).containsEntry("code", first.get("code"));
    assertThat(tools.progress().subList(0, told)).anyMatch(line -> line.startsWith("sent "));
    assertThat(tools.progress().subList(told, tools.progress().size()))
        .as("the second time nothing is sent")
        .noneMatch(line -> line.startsWith("sent "));
    assertThat(submit("code-1", "./run.sh", request)).containsEntry("already_submitted", true);
  }

  @Test
  void codeThatIsTooLargeIsRefusedHere() throws Exception {
    Path large = Files.createDirectories(root.resolve("large"));
    byte[] noise = new byte[101 << 20];
    new Random(1).nextBytes(noise);
    Files.write(large.resolve("weights.bin"), noise);

    assertThat(
            tools
                .failure(
                    TOO_LARGE,
                    "submit_ray_job",
                    Map.of("entrypoint", "echo", "job_id", "large", "working_dir", "large"))
                .message())
        .contains("104857600", "weights.bin (101.0 MiB)");
    tools.failure(NOT_FOUND, "inspect_ray_job", Map.of("job_id", "large"));

    Files.write(large.resolve("weights.bin"), java.util.Arrays.copyOf(noise, 60 << 20));
    assertThat(
            submit(
                "less", "wc -c weights.bin", Map.of("working_dir", "large", "wait_seconds", 120)))
        .containsEntry("status", "succeeded");
    assertThat(log("less")).contains((60 << 20) + " weights.bin");
  }

  @Test
  void aJobIsFollowedToItsEndLineByLine() throws Exception {
    String program =
        "import sys,time\n"
            + "for i in range(300):\n"
            + "  print('line', i, flush=True); time.sleep(0.01)\n"
            + "sys.stdout.write('the last, without an end')";
    submit("talk", "python -c \"" + program + "\"", Map.of("wait_seconds", 0));
    List<String> lines = new ArrayList<>();
    Map<String, Object> arguments =
        new HashMap<>(Map.of("job_id", "talk", "until", "new_lines", "history_lines", 1000));
    Map<String, Object> answer;
    do {
      answer = tools.answer("follow_ray_job", arguments);
      lines.addAll(strings(answer));
      arguments.put("cursor", answer.getOrDefault("next_cursor", ""));
    } while (answer.containsKey("next_cursor"));

    assertThat(answer).containsEntry("ended", true).containsEntry("status", "succeeded");
    assertThat(lines.stream().filter(line -> line.startsWith("line ")))
        .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "line " + i).toList());
    assertThat(lines).last().isEqualTo("the last, without an end");
    assertThat(tools.progress()).anyMatch(told -> told.contains("talk is running:\nline "));

    Map<String, Object> again =
        tools.answer("follow_ray_job", Map.of("job_id", "talk", "history_lines", 2));
    assertThat(strings(again)).containsExactly("line 299", "the last, without an end");
  }

  @Test
  void aLogThatIsNotUtf8IsReadByEndFilterAndFollowing() throws Exception {
    submit("bytes", "printf 'before\\n\\377\\376 middle\\nafter\\n\\342\\202\\n'", Map.of());

    assertThat(log("bytes")).contains("before", "\ufffd\ufffd middle", "after", "\ufffd");
    assertThat(
            strings(
                tools.answer(
                    "retrieve_logs",
                    Map.of("identifier", "bytes", "filter", "^.{2} mid+le$", "regex", true))))
        .containsExactly("\ufffd\ufffd middle");
    assertThat(strings(tools.answer("follow_ray_job", Map.of("job_id", "bytes"))))
        .contains("before", "\ufffd\ufffd middle", "after", "\ufffd");
  }

  @Test
  void anEndedJobIsDeletedAndItsIdIsFreeAgain() throws Exception {
    submit("once", "echo one", Map.of());
    tools.answer("submit_ray_job", Map.of("entrypoint", "sleep 300", "job_id", "sleeps"));
    Eventually.see(
        SOON,
        () -> tools.answer("inspect_ray_job", Map.of("job_id", "sleeps")),
        job -> "running".equals(job.get("status")));
    tools.failure(WRONG_STATE, "delete_ray_job", Map.of("job_id", "sleeps"));
    assertThat(tools.answer("cancel_ray_job", Map.of("job_id", "sleeps")))
        .containsEntry("outcome", "stopped");

    for (String id : List.of("once", "sleeps")) {
      assertThat(tools.answer("delete_ray_job", Map.of("job_id", id)))
          .containsEntry("outcome", "deleted");
      tools.failure(NOT_FOUND, "inspect_ray_job", Map.of("job_id", id));
      assertThat(tools.answer("delete_ray_job", Map.of("job_id", id)))
          .containsEntry("outcome", "already_gone");
    }
    Map<String, Object> anew = submit("once", "echo two", Map.of());
    assertThat(anew).containsEntry("status", "succeeded").containsEntry("already_submitted", false);
    assertThat(strings(tools.answer("follow_ray_job", Map.of("job_id", "once")))).contains("two");
  }

  @Test
  void secretsAreShownNowhere() throws Exception {
    String secret = "hunter2-hunter2";
    Map<String, Object> submitted =
        submit(
            "secret",
            "echo token is $API_TOKEN; python -c 'import os; raise ValueError(os.environ[\"API_TOKEN\"])'",
            Map.of("environment", Map.of("API_TOKEN", secret)));

    assertThat(submitted.toString()).contains("ValueError: ***").doesNotContain(secret);
    for (Map.Entry<String, Map<String, Object>> call :
        Map.<String, Map<String, Object>>of(
                "retrieve_logs", Map.of("identifier", "secret", "include_errors", true),
                "follow_ray_job", Map.of("job_id", "secret"),
                "inspect_ray_job", Map.of("job_id", "secret", "mode", "full"),
                "list_ray_jobs", Map.of("limit", 200))
            .entrySet()) {
      assertThat(tools.answer(call.getKey(), call.getValue()).toString())
          .as(call.getKey())
          .contains("***")
          .doesNotContain(secret);
    }
    assertThat(tools.progress()).noneMatch(told -> told.contains(secret));
  }

  private Map<String, Object> submit(String id, String entrypoint, Map<String, ?> more)
      throws Exception {
    Map<String, Object> arguments = new HashMap<>(Map.of("wait_seconds", 60));
    arguments.putAll(more);
    arguments.putAll(Map.of("entrypoint", entrypoint, "job_id", id));
    return tools.answer("submit_ray_job", arguments);
  }

  private List<String> log(String id) throws Exception {
    return strings(tools.answer("retrieve_logs", Map.of("identifier", id)));
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(Map<String, Object> answer) {
    return (List<String>) answer.get("workload_output");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.TOO_LARGE;
import static dev.cleat.FailureKind.UNAUTHENTICATED;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardFaultsTest {
  private static final Map<String, Object> NOTHING = Map.of();

  @Test
  void aDashboardThatIsDownIsNamedWithWhatToDo() throws Exception {
    String url;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + taken.getLocalPort();
    }
    try (OpenTools tools = OpenTools.at(url)) {
      ToolResult.Failure failure = tools.failure(UNAVAILABLE, "list_ray_jobs", NOTHING);

      assertThat(failure.message()).contains(url).contains("refused");
      assertThat(failure.hint()).contains("providers.ray.dashboard");
      assertThat(failure.retryable()).isTrue();
    }
  }

  @Test
  void aNameThatNobodyKnowsIsSaidToBeUnknown() throws Exception {
    try (OpenTools tools = OpenTools.at("http://no-such-host.invalid:8265")) {
      assertThat(tools.failure(UNAVAILABLE, "list_ray_jobs", NOTHING).message())
          .contains("its name is not known");
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTimeAndHungUpOn() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (FaultyServer server =
            new FaultyServer((socket, request) -> FaultyServer.awaitEnd(socket, ended));
        OpenTools tools =
            OpenTools.with(Map.of("dashboard", server.url(), "requestTimeout", "300ms"))) {
      assertThat(tools.failure(UNAVAILABLE, "list_ray_jobs", NOTHING).message())
          .contains("no answer in 0.3 s");
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aBodyThatStopsMidwayIsGivenUpInTimeAndHungUpOn() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (FaultyServer server =
            new FaultyServer(
                (socket, request) -> {
                  FaultyServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ver");
                  FaultyServer.awaitEnd(socket, ended);
                });
        OpenTools tools =
            OpenTools.with(Map.of("dashboard", server.url(), "requestTimeout", "300ms"))) {
      tools.failure(UNAVAILABLE, "list_ray_jobs", NOTHING);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void interruptingTheCallerEndsTheCallAndTheConnection() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    try (FaultyServer server =
            new FaultyServer(
                (socket, request) -> {
                  arrived.countDown();
                  FaultyServer.awaitEnd(socket, ended);
                });
        OpenTools tools = OpenTools.at(server.url())) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  tools.call("list_ray_jobs", NOTHING);
                } catch (Throwable e) {
                  outcome.complete(e);
                }
              });
      caller.start();
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

      caller.interrupt();

      assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aServerThatIsNoRayIsSaidToBeNoneWithWhatItSaid() throws Exception {
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.at(server.url())) {
      server.on(
          "GET /api/version",
          request -> new Reply(200, "text/html", Reply.utf8("<html>Welcome</html>"), Map.of()));

      ToolResult.Failure failure = tools.failure(UPSTREAM, "list_ray_jobs", NOTHING);

      assertThat(failure.message()).contains("does not speak as a Ray dashboard", "Welcome");
    }
  }

  @Test
  void jsonThatIsNotRaysIsNotTakenForRay() throws Exception {
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.at(server.url())) {
      server.on("GET /api/version", "{\"version\":\"1.0\"}");
      assertThat(tools.failure(UPSTREAM, "list_ray_jobs", NOTHING).message())
          .contains("does not speak as a Ray dashboard");

      server.on("GET /api/version", ScriptedDashboard.VERSION).on("GET /api/jobs/", "{}");
      tools.failure(UPSTREAM, "list_ray_jobs", NOTHING);
    }
  }

  @Test
  void aRedirectIsNotFollowedAndTheTokenStaysHome() throws Exception {
    try (ScriptedDashboard elsewhere = new ScriptedDashboard();
        ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools =
            OpenTools.with(Map.of("dashboard", server.url(), "token", "s3cret-token"))) {
      server.on(
          "GET /api/version",
          request ->
              new Reply(
                  302,
                  "text/plain",
                  Reply.utf8(""),
                  Map.of("Location", elsewhere.url() + "/api/version")));

      assertThat(tools.failure(UPSTREAM, "list_ray_jobs", NOTHING).message()).contains("redirects");

      assertThat(elsewhere.asked()).isEmpty();
      assertThat(server.asked().get(0).headers())
          .containsEntry("Authorization", "Bearer s3cret-token");
    }
  }

  @Test
  void requestsDoNotLookLikeABrowsers() throws Exception {
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.at(server.url())) {
      server.on("GET /api/jobs/", "[]");
      tools.answer("list_ray_jobs", NOTHING);

      assertThat(server.asked())
          .allSatisfy(
              request -> {
                assertThat(request.headers())
                    .doesNotContainKeys("Origin", "Referer", "Authorization");
                assertThat(request.headers().get("User-agent")).doesNotContain("Mozilla");
              });
    }
  }

  @Test
  void aTokenInAFileIsReadForEachRequest(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("token");
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools =
            OpenTools.with(Map.of("dashboard", server.url(), "tokenFile", file.toString()))) {
      server.on("GET /api/jobs/", "[]");
      assertThat(tools.failure(UNAUTHENTICATED, "list_ray_jobs", NOTHING).message())
          .contains(file.toString());

      Files.writeString(file, "first\n");
      tools.answer("list_ray_jobs", NOTHING);
      Files.writeString(file, "second\n");
      tools.answer("list_ray_jobs", NOTHING);

      assertThat(server.asked("GET /api/jobs/"))
          .extracting(request -> request.headers().get("Authorization"))
          .containsExactly("Bearer first", "Bearer second");
    }
  }

  @Test
  void anAnswerWithoutEndIsRefusedOnceItIsTooLarge() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (FaultyServer server =
            new FaultyServer(
                (socket, request) -> {
                  FaultyServer.write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[");
                  try {
                    while (true) {
                      FaultyServer.write(socket, " ".repeat(1 << 16));
                    }
                  } finally {
                    ended.countDown();
                  }
                });
        OpenTools tools = OpenTools.at(server.url())) {
      tools.failure(TOO_LARGE, "list_ray_jobs", NOTHING);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          404 | Job work-1 does not exist | NOT_FOUND | list_ray_jobs
          404 | 404: Not Found | UPSTREAM | path prefix
          400 | ValueError: metadata values must be strings | INVALID_ARGUMENT |
          401 | Unauthorized: Missing authentication token | UNAUTHENTICATED | providers.ray.token
          403 | Forbidden: Invalid authentication token | UNAUTHENTICATED | providers.ray.token
          405 | not allowed for browser traffic | UPSTREAM |
          413 | too large | TOO_LARGE |
          501 | Serve dependencies are not installed | UNSUPPORTED |
          503 | overloaded | UNAVAILABLE | Try again
          504 | gateway time-out | UNAVAILABLE |
          500 | RuntimeError: No available agent to submit job | UNAVAILABLE | --dashboard-agent-listen-port
          500 | InvalidUrlClientError: http://192.0.2.2:-1/x | UNAVAILABLE | --dashboard-agent-listen-port
          500 | RuntimeError: Job x is in a non-terminal state RUNNING. | WRONG_STATE | Cancel
          500 | Server got itself in trouble | UPSTREAM |
          """)
  void whatRayAnswersIsToldApart(int status, String body, FailureKind kind, String hint)
      throws Exception {
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.at(server.url())) {
      server.on("GET /api/jobs/work-1", request -> Reply.text(status, body));

      ToolResult.Failure failure =
          tools.failure(kind, "inspect_ray_job", Map.of("job_id", "work-1"));

      assertThat(failure.hint()).contains(hint == null ? "" : hint);
    }
  }

  @Test
  void ofATracebackOnlyItsLastErrorIsTold() throws Exception {
    String body =
        """
        Traceback (most recent call last):
          File "/home/someone/job_head.py", line 419, in submit_job
        RuntimeError: Request failed with status code 400: Traceback (most recent call last):
          File "/home/someone/job_manager.py", line 553, in submit_job
        KeyError: 'the cause'
        .
        """;
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.at(server.url())) {
      server.on("GET /api/jobs/work-1", request -> Reply.text(500, body));

      String message =
          tools.failure(UPSTREAM, "inspect_ray_job", Map.of("job_id", "work-1")).message();

      assertThat(message).contains("KeyError: 'the cause'").doesNotContain("/home/someone");
    }
  }

  @Test
  void closedToolsAnswerNothingMore() {
    DashboardClient client =
        new DashboardClient(RemoteRay.at(DashboardAddress.parse("http://127.0.0.1:1")));
    client.close();
    client.close();

    assertThatThrownBy(() -> client.bytes(Ask.get("/", Duration.ofSeconds(5)), 1))
        .isInstanceOfAny(ToolFailure.class, RuntimeException.class);
  }
}

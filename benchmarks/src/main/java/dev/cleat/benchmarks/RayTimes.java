// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.cleat.Json;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.ray.RayToolProvider;
import dev.cleat.spi.ProviderContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints how long a real Ray takes to start by itself and through {@code init_ray_cluster}, and how
 * long the tools that read take beside the one request that each is about. The two take turns, so
 * that a busy machine hits both. Wants a {@code ray} command and some 1.5 GB of memory.
 */
public final class RayTimes {
  private static final int STARTS = 3;
  private static final int WARM = 300;
  private static final int READS = 1000;

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private RayTimes() {}

  /** The first argument is the {@code ray} command. */
  public static void main(String[] arguments) throws Exception {
    Path ray = Path.of(arguments[0]).toAbsolutePath();
    Path state = Files.createTempDirectory("rt");
    Map<String, Object> settings =
        Map.of("rayCommand", ray.toString(), "stateDirectory", state.toString());
    try (McpClient tools =
        McpClient.of(
            "ray",
            new RayToolProvider().open(ProviderContext.of(new RayToolProvider(), settings)))) {
      starts(ray, tools);
      reads(tools);
      call(tools, "stop_ray_cluster", Map.of("force", true));
    }
    BareRay.delete(state);
  }

  /** Leaves the last cluster running. */
  private static void starts(Path ray, McpClient tools) throws Exception {
    long[] own = new long[STARTS];
    long[] ours = new long[STARTS];
    for (int i = 0; i < STARTS; i++) {
      own[i] = BareRay.timeToReady(ray);
      if (i > 0) {
        call(tools, "stop_ray_cluster", Map.of());
      }
      long begun = System.nanoTime();
      call(tools, "init_ray_cluster", Map.of("worker_nodes", List.of()));
      ours[i] = System.nanoTime() - begun;
    }
    Arrays.sort(own);
    Arrays.sort(ours);
    System.out.printf(
        Locale.ROOT,
        "a head is ready: by itself %.2f s, through init_ray_cluster %.2f s (median of %d)%n",
        own[STARTS / 2] / 1e9,
        ours[STARTS / 2] / 1e9,
        STARTS);
  }

  private static void reads(McpClient tools) throws Exception {
    Map<?, ?> cluster = (Map<?, ?>) call(tools, "list_ray_clusters", Map.of());
    Map<?, ?> row = (Map<?, ?>) ((List<?>) requireNonNull(cluster.get("clusters"))).get(0);
    String dashboard = requireNonNull(row.get("dashboard")).toString();
    String token =
        Files.readString(Path.of(requireNonNull(row.get("token_file")).toString())).strip();
    for (int i = 0; i < 5; i++) {
      call(
          tools,
          "submit_ray_job",
          Map.of("entrypoint", "seq 1 200", "job_id", "b" + i, "wait_seconds", 60));
    }
    Map<?, ?> job = get(dashboard + "/api/jobs/b0", token);
    String log =
        "/api/v0/logs/file?node_id="
            + job.get("driver_node_id")
            + "&filename=job-driver-b0.log&lines=100";
    compare(tools, "list_ray_jobs", Map.of(), dashboard + "/api/jobs/", token);
    compare(tools, "inspect_ray_job", Map.of("job_id", "b0"), dashboard + "/api/jobs/b0", token);
    compare(tools, "retrieve_logs", Map.of("identifier", "b0"), dashboard + log, token);
  }

  private static void compare(
      McpClient tools, String tool, Map<String, Object> arguments, String url, String token)
      throws Exception {
    HttpRequest request = request(url, token);
    long[] bare = new long[READS];
    long[] ours = new long[READS];
    for (int i = -WARM; i < READS; i++) {
      long begun = System.nanoTime();
      HTTP.send(request, BodyHandlers.ofByteArray());
      long between = System.nanoTime();
      call(tools, tool, arguments);
      long end = System.nanoTime();
      if (i >= 0) {
        bare[i] = between - begun;
        ours[i] = end - between;
      }
    }
    Arrays.sort(bare);
    Arrays.sort(ours);
    System.out.printf(
        Locale.ROOT,
        "%s: p50 %.2f ms, p95 %.2f ms; the bare request %.2f and %.2f ms; %.2f times at p50%n",
        tool,
        ours[READS / 2] / 1e6,
        ours[READS * 95 / 100] / 1e6,
        bare[READS / 2] / 1e6,
        bare[READS * 95 / 100] / 1e6,
        (double) ours[READS / 2] / bare[READS / 2]);
  }

  private static Map<?, ?> call(McpClient tools, String tool, Map<String, ?> arguments) {
    ToolResult result = tools.callTool(ToolCall.of(tool, new HashMap<>(arguments)));
    if (result instanceof ToolResult.Success success) {
      return (Map<?, ?>) success.structured().orElseThrow();
    }
    throw new IllegalStateException(tool + " failed: " + result);
  }

  private static HttpRequest request(String url, String token) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("Authorization", "Bearer " + token)
        .build();
  }

  private static Map<?, ?> get(String url, String token) throws IOException, InterruptedException {
    String body = HTTP.send(request(url, token), BodyHandlers.ofString()).body();
    return (Map<?, ?>) requireNonNull(Json.parse(body));
  }
}

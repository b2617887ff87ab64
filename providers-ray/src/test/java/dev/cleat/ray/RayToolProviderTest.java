// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RayToolProviderTest {
  private static final List<String> DESTRUCTIVE =
      List.of("scale_ray_cluster", "stop_ray_cluster", "cancel_ray_job", "delete_ray_job");

  @Test
  void theProviderIsFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(ToolProvider.class))
        .anySatisfy(provider -> assertThat(provider).isInstanceOf(RayToolProvider.class));
  }

  @Test
  void withoutADashboardTheToolsAreThereAndSayHowToGetOne() throws Exception {
    try (OpenTools tools = OpenTools.with(Map.of())) {
      ToolResult.Failure failure = tools.failure(UNAVAILABLE, "list_ray_jobs", Map.of());
      assertThat(failure.hint()).contains("providers.ray.dashboard");
      assertThat(failure.retryable()).isFalse();

      Map<String, Object> environment = tools.answer("check_environment", Map.of());
      assertThat(environment).containsEntry("ready", false);
      assertThat(environment.get("summary").toString()).contains("providers.ray.dashboard");
    }
  }

  @Test
  void everyToolSaysTrulyWhatItDoes() {
    try (OpenTools tools = OpenTools.with(Map.of())) {
      assertThat(names(tools))
          .containsExactly(
              "check_environment",
              "init_ray_cluster",
              "list_ray_clusters",
              "inspect_ray_cluster",
              "scale_ray_cluster",
              "stop_ray_cluster",
              "submit_ray_job",
              "list_ray_jobs",
              "inspect_ray_job",
              "follow_ray_job",
              "retrieve_logs",
              "cancel_ray_job",
              "delete_ray_job",
              "diagnose_ray_job",
              "summarize_ray_state",
              "list_ray_actors",
              "list_ray_tasks",
              "list_ray_placement_groups",
              "inspect_ray_node",
              "dump_ray_stacks",
              "ray_autoscaler_status",
              "list_ray_serve_applications");
      for (Tool tool : all(tools)) {
        boolean writes = List.of("init_ray_cluster", "submit_ray_job").contains(tool.name());
        boolean destroys = DESTRUCTIVE.contains(tool.name());
        assertThat(tool.hints().readOnly()).as(tool.name()).isEqualTo(!writes && !destroys);
        assertThat(tool.hints().destructive()).as(tool.name()).isEqualTo(destroys);
        assertThat(tool.hints().openWorld()).as(tool.name()).isEqualTo(writes);
        assertThat(tool.description()).startsWith("Use this");
        assertThat(tool.inputSchema().json()).containsEntry("additionalProperties", false);
        assertThat(tool.outputSchema()).isPresent();
      }
    }
  }

  @Test
  void wrongSettingsAreRefusedWhenTheToolsAreOpened() {
    refused("Allowed is http or https", Map.of("dashboard", "http://256.1.1.1:8265"));
    refused("requestTimeout", Map.of("dashboard", "http://ray:8265", "requestTimeout", "0s"));
    refused("tokenFile", Map.of("dashboard", "http://r:1", "token", "a", "tokenFile", "/b"));
    assertThatThrownBy(() -> OpenTools.with(Map.of("dashboard", "http://r:1", "token", "se\ncret")))
        .isInstanceOf(ConfigException.class)
        .hasMessageNotContaining("cret")
        .hasMessageContaining("token");
    refused("Did you mean \"dashboard\"", Map.of("dashbord", "http://ray:8265"));
  }

  @Test
  void whetherItCouldWorkIsToldFromTheDashboard() {
    try (ScriptedDashboard server = new ScriptedDashboard()) {
      assertThat(availability(Map.of("dashboard", server.url())))
          .isEqualTo(new Availability.Available("Ray 2.60.0 at " + server.url()));
      server.on("GET /api/version", request -> Reply.text(401, "Unauthorized: Missing"));
      assertThat(availability(Map.of("dashboard", server.url())))
          .isInstanceOfSatisfying(
              Availability.Unavailable.class,
              unavailable -> assertThat(unavailable.fix()).contains("providers.ray.token"));
    }
    assertThat(availability(Map.of())).isInstanceOf(Availability.Unavailable.class);
  }

  @Test
  void theEnvironmentIsToldThingByThing() throws Exception {
    try (ScriptedDashboard server = new ScriptedDashboard();
        OpenTools tools = OpenTools.with(Map.of("dashboard", server.url(), "token", "t0ken"))) {
      server.on(
          "GET /api/cluster_status",
          "{\"data\":{\"clusterStatus\":{\"loadMetricsReport\":{\"usage\":{\"CPU\":[0.5,2.0]}}}}}");

      Map<String, Object> answer = tools.answer("check_environment", Map.of());

      assertThat(answer)
          .containsEntry("ready", true)
          .containsEntry("summary", "Ready: 1 node alive, CPU 2 (0.50 in use), memory 24.0 GB.");
      assertThat(answer.toString()).contains("a token is sent").doesNotContain("t0ken");
    }
  }

  @Test
  void commandsAreFoundOnThePathAndAskedForTheirVersion(@TempDir Path directory) throws Exception {
    Path ray = directory.resolve("ray");
    Files.writeString(ray, "#!/bin/sh\necho \"ray, version 9.9.9 $1\"\necho more\n");
    assertThat(ray.toFile().setExecutable(true)).isTrue();
    Path broken = directory.resolve("python3");
    Files.writeString(broken, "#!/bin/sh\nexit 1\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    LocalCommands commands = new LocalCommands("/nowhere::" + directory);

    assertThat(commands.find(List.of("nope", "ray"))).contains(ray);
    assertThat(commands.version(ray)).contains("ray, version 9.9.9 --version");
    assertThat(commands.version(broken)).isEmpty();
    assertThat(commands.find(List.of("nope"))).isEmpty();
  }

  @Test
  void aTokenIsNotPartOfWhatAnEndpointPrints() {
    RemoteRay ray = RemoteRay.at(DashboardAddress.parse("http://ray:8265")).withToken("hunter2");

    assertThat(ray.dashboard().token()).contains("hunter2");
    assertThat(ray.dashboard().toString()).doesNotContain("hunter2");
  }

  private static void refused(String word, Map<String, ?> settings) {
    assertThatThrownBy(() -> OpenTools.with(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("providers.ray")
        .hasMessageContaining(word);
  }

  private static Availability availability(Map<String, ?> settings) {
    RayToolProvider provider = new RayToolProvider();
    return provider.availability(ProviderContext.of(provider, settings));
  }

  private static List<Tool> all(OpenTools tools) {
    return tools.tools().tools().stream().map(served -> served.tool()).toList();
  }

  private static List<String> names(OpenTools tools) {
    return all(tools).stream().map(Tool::name).toList();
  }
}

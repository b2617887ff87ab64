// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No argument of submit_ray_job is passed over in silence. */
class SubmitArgumentsTest {
  private static final String POST = "POST /api/jobs/";

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @BeforeEach
  void takeAnyJob() {
    server.on(
        POST,
        request -> {
          String id = request.json().path("submission_id").asText();
          server.job(id, "PENDING");
          return Reply.json("{\"submission_id\":\"" + id + "\"}");
        });
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> eachPropertyOfTheSchemaReachesRayOrIsRefusedByName() {
    Map<String, Map<String, Object>> properties = properties();
    assertThat(properties).hasSizeGreaterThan(20);
    return properties.entrySet().stream()
        .map(
            property ->
                DynamicTest.dynamicTest(
                    property.getKey(), () -> isNotDropped(property.getKey(), property.getValue())));
  }

  private void isNotDropped(String name, Map<String, Object> schema) throws Exception {
    Object value = name.equals("working_dir") ? "s3://bucket/marker.zip" : sample(schema);
    Map<String, Object> arguments = new HashMap<>(Map.of("entrypoint", "echo"));
    arguments.put(name, value);
    int before = server.asked(POST).size();

    ToolResult result = tools.call("submit_ray_job", arguments);

    if (result instanceof ToolResult.Failure failure) {
      assertThat(server.asked(POST)).hasSize(before);
      assertThat(failure.message()).containsAnyOf(name, value.toString());
    } else if (name.equals("wait_seconds")) {
      assertThat(server.asked().stream().filter(asked -> asked.path().startsWith("/api/jobs/c")))
          .as("looked again")
          .hasSizeGreaterThan(1);
    } else if (name.equals("job_type")) {
      assertThat(value).isEqualTo("auto");
    } else {
      String sent = server.asked(POST).get(before).body();
      assertThat(sent).as(name).contains(leaf(value));
    }
  }

  @Test
  void whatOnlyKubernetesTakesIsNamedWithWhatThereIsInstead() throws Exception {
    Map<String, Object> arguments =
        Map.of(
            "entrypoint", "echo",
            "image", "me/img:1",
            "node_selector", Map.of("gpu", "yes"),
            "tolerations", List.of(Map.of("key", "k", "tolerationSeconds", 3)),
            "kubernetes_config", Map.of("suspend", true));

    ToolResult.Failure failure =
        tools.failure(dev.cleat.FailureKind.INVALID_ARGUMENT, "submit_ray_job", arguments);

    assertThat(failure.message())
        .contains("image, tolerations, node_selector, kubernetes_config", "type remote");
    assertThat(failure.hint()).contains("runtime_env.image_uri", "entrypoint_label_selector");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void everythingAtOnceReachesRay() throws Exception {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("entrypoint", "python work.py");
    arguments.put("job_id", "work-1");
    arguments.put("runtime_env", Map.of("pip", List.of("x"), "env_vars", Map.of("A", "1")));
    arguments.put("metadata", Map.of("owner", "me"));
    arguments.put("environment", Map.of("B", "2"));
    arguments.put("working_dir", "https://host/code.zip");
    arguments.put("entrypoint_num_cpus", 0.5);
    arguments.put("entrypoint_num_gpus", 0.25);
    arguments.put("entrypoint_memory", 1000);
    arguments.put("entrypoint_resources", Map.of("tpu", 2));
    arguments.put("entrypoint_label_selector", Map.of("region", "us"));

    tools.answer("submit_ray_job", arguments);

    String sent = server.asked(POST).get(0).body();
    assertThat(sent)
        .contains("\"entrypoint\":\"python work.py\"", "\"submission_id\":\"work-1\"")
        .contains("\"pip\":[\"x\"]", "\"env_vars\":{\"A\":\"1\",\"B\":\"2\"}")
        .contains("\"working_dir\":\"https://host/code.zip\"", "\"owner\":\"me\"")
        .contains("\"entrypoint_num_cpus\":0.5", "\"entrypoint_num_gpus\":0.25")
        .contains("\"entrypoint_memory\":1000", "\"entrypoint_resources\":{\"tpu\":2")
        .contains("\"entrypoint_label_selector\":{\"region\":\"us\"}");
  }

  @SuppressWarnings("unchecked")
  private Map<String, Map<String, Object>> properties() {
    Map<String, Object> schema =
        tools.tools().find("submit_ray_job").orElseThrow().tool().inputSchema().json();
    return new TreeMap<>((Map<String, Map<String, Object>>) schema.get("properties"));
  }

  // A value that the schema allows, to be recognized wherever it goes.
  @SuppressWarnings("unchecked")
  private static Object sample(Map<String, Object> schema) {
    if (schema.get("enum") instanceof List<?> values) {
      return values.get(0);
    }
    return switch (String.valueOf(schema.get("type"))) {
      case "string" -> string(String.valueOf(schema.get("pattern")));
      case "integer" -> 1;
      case "number" -> 0.5;
      case "boolean" -> true;
      case "array" -> List.of(sample((Map<String, Object>) schema.get("items")));
      default -> object(schema);
    };
  }

  private static String string(String pattern) {
    for (String one : List.of("marker", "Equal", "NoSchedule")) {
      if (pattern.equals("null") || one.matches(pattern)) {
        return one;
      }
    }
    throw new AssertionError("No sample for " + pattern);
  }

  @SuppressWarnings("unchecked")
  private static Object object(Map<String, Object> schema) {
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      Map<String, Object> object = new HashMap<>();
      properties.forEach(
          (name, inner) -> object.put(name.toString(), sample((Map<String, Object>) inner)));
      return object;
    }
    if (schema.get("additionalProperties") instanceof Map<?, ?> inner) {
      Object value = sample((Map<String, Object>) inner);
      return Map.of("marker", value);
    }
    return Map.of("env_vars", Map.of("MARK", "marker"));
  }

  private static String leaf(Object value) {
    List<String> leaves = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> leaves.add(leaf(inner)));
      return leaves.get(0);
    }
    return value instanceof List<?> list ? leaf(list.get(0)) : value.toString();
  }
}

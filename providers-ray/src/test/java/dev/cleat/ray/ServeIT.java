// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Applications of a real Ray Serve, one that runs and one that cannot. */
class ServeIT {
  private static final Duration SOON = Duration.ofSeconds(90);

  @Test
  void applicationsAreListedWithWhatIsTheMatter() throws Exception {
    try (RealRay ray = RealRay.startWithServe();
        OpenTools tools = OpenTools.at(ray.dashboard())) {
      assertThat(tools.answer("list_ray_serve_applications", Map.of()).get("summary").toString())
          .isNotBlank();
      tools.answer(
          "submit_ray_job",
          Map.of("job_id", "serve", "entrypoint", "python " + RealRay.file("serve_app.py")));

      Map<String, Object> seen =
          Eventually.see(
              SOON,
              () -> tools.answer("list_ray_serve_applications", Map.of()),
              answer ->
                  answer.toString().contains("RUNNING")
                      && answer.toString().contains("no model here"));

      assertThat(seen.get("applications").toString()).contains("hello", "broken", "Hello");
      assertThat(seen.get("summary").toString()).contains("broken");
    }
  }
}

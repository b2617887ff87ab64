// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ProviderConfigTest {
  private static final ToolProvider RAY =
      new ToolProvider() {
        @Override
        public String name() {
          return "ray";
        }

        @Override
        public String description() {
          return "For tests.";
        }

        @Override
        public List<Setting> settings() {
          return List.of(
              Setting.of("dashboard", "Where it is."),
              Setting.of("timeout", "How long to wait."),
              Setting.of("workers", "How many."),
              Setting.of("verbose", "Whether to talk."),
              Setting.of("tags", "Words."),
              Setting.of("home", "A folder."),
              Setting.secret("token", "The password."));
        }

        @Override
        public ToolSet open(ProviderContext context) {
          return ToolSet.of();
        }
      };

  private static ProviderConfig config(Map<String, ?> settings) {
    return ProviderConfig.of(RAY, settings);
  }

  @Test
  void valuesComeInTheirTypes() {
    ProviderConfig config =
        config(
            Map.of(
                "dashboard",
                "http://x",
                "timeout",
                "500ms",
                "workers",
                4L,
                "verbose",
                true,
                "tags",
                List.of("a", "b"),
                "home",
                "~/ray"));

    assertThat(config.string("dashboard")).contains("http://x");
    assertThat(config.duration("timeout")).contains(Duration.ofMillis(500));
    assertThat(config.integer("workers")).contains(4L);
    assertThat(config.bool("verbose")).contains(true);
    assertThat(config.strings("tags")).contains(List.of("a", "b"));
    assertThat(config.path("home")).contains(Path.of(System.getProperty("user.home"), "ray"));
    assertThat(config.string("token")).isEmpty();
  }

  @Test
  void anUnknownKeyNamesTheNearestAndAllInTheirOrder() {
    assertThatThrownBy(() -> config(Map.of("dashbord", "s3cret")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "providers.ray: unknown key \"dashbord\". Did you mean \"dashboard\"?"
                + " Allowed are dashboard, timeout, workers, verbose, tags, home, token.");
  }

  @Test
  void aWrongTypeSaysWhatIsAllowedAndWhatItIs() {
    assertThatThrownBy(() -> config(Map.of("workers", "four")).integer("workers"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("providers.ray.workers has to be an integer, and is four.");
    assertThatThrownBy(() -> config(Map.of("workers", 1.5)).integer("workers"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config(Map.of("workers", 1e30)).integer("workers"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config(Map.of("timeout", "soon")).duration("timeout"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a time span such as \"500ms\"")
        .hasMessageEndingWith("and is soon.");
    assertThatThrownBy(() -> config(Map.of("tags", List.of(1))).strings("tags"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config(Map.of("verbose", "yes")).bool("verbose"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config(Map.of("home", "a\u0000b")).path("home"))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void aSecretIsNeverShown() {
    ProviderConfig config = config(Map.of("token", List.of("s3cret")));

    assertThatThrownBy(() -> config.string("token"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("providers.ray.token has to be a string.");
    assertThat(config).hasToString("providers.ray[token]");
  }

  @Test
  void aSettingThatWasNotDeclaredIsAFaultOfTheProvider() {
    assertThatThrownBy(() -> config(Map.of()).string("port"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("providers.ray has not declared the setting port");
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void timeSpansAreANumberAndAUnit(@ForAll @LongRange(min = 0, max = 999_999_999) long number) {
    assertThat(Durations.parse(number + "ms")).contains(Duration.ofMillis(number));
    assertThat(Durations.parse(number + "s")).contains(Duration.ofSeconds(number));
    assertThat(Durations.parse(number + "m")).contains(Duration.ofMinutes(number));
    assertThat(Durations.parse(number + "h")).contains(Duration.ofHours(number));
    assertThat(Durations.parse(number + "d")).contains(Duration.ofDays(number));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void anyOtherTextIsNoTimeSpan(@ForAll String text) {
    Optional<Duration> parsed = Durations.parse(text);

    assertThat(parsed.isPresent()).isEqualTo(text.matches("[0-9]{1,9}(ms|s|m|h|d)"));
  }
}

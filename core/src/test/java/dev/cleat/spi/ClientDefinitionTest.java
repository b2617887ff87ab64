// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientDefinitionTest {
  @Test
  void neitherEnvironmentNorHeadersAreShown() {
    ClientDefinition command =
        ClientDefinition.builder().command("uvx").putEnv("TOKEN", "s3cret").build();
    ClientDefinition url =
        ClientDefinition.builder()
            .url(URI.create("https://example.org/mcp"))
            .putHeaders("Authorization", "Bearer s3cret")
            .build();

    assertThat(command.toString()).contains("uvx").doesNotContain("s3cret");
    assertThat(url.toString()).contains("example.org").doesNotContain("s3cret");
  }

  @Test
  void anyDifferenceIsADifference() {
    ClientDefinition one = ClientDefinition.command("uvx", "mcp-server-time");

    assertThat(one).isEqualTo(ClientDefinition.command("uvx", "mcp-server-time"));
    assertThat(one).isNotEqualTo(ClientDefinition.command("uvx", "mcp-server-fetch"));
    assertThat(ClientDefinition.builder().command("uvx").putEnv("A", "1").build())
        .isNotEqualTo(ClientDefinition.builder().command("uvx").putEnv("A", "2").build());
  }

  @Test
  void itIsACommandOrAUrlAndNotBoth() {
    assertThatThrownBy(() -> ClientDefinition.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("this one has neither.");
    assertThatThrownBy(
            () -> ClientDefinition.builder().command("a").url(URI.create("http://b")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("this one has both.");
    assertThatThrownBy(() -> ClientDefinition.command(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blank");
  }

  @Test
  void whatGoesWithTheOtherKindIsRefused() {
    URI url = URI.create("http://localhost/mcp");

    assertThatThrownBy(() -> ClientDefinition.builder().url(url).addArgs("x").build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ClientDefinition.builder().url(url).cwd(Path.of(".")).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ClientDefinition.builder().url(url).putEnv("A", "s3cret").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(
            () -> ClientDefinition.builder().command("x").putHeaders("A", "s3cret").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aTimeLimitHasToLeaveTime() {
    assertThatThrownBy(
            () -> ClientDefinition.builder().command("x").callTimeout(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("callTimeout");
    assertThatThrownBy(
            () ->
                ClientDefinition.builder()
                    .command("x")
                    .connectTimeout(Duration.ofSeconds(-1))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connectTimeout");
  }
}

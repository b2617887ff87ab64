// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.TransportProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which transport a definition gets, and under which terms its client is held. */
class ConnectorTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final Limits LIMITS = Limits.builder().callTimeout(Duration.ofSeconds(40)).build();

  private static Connector connector(ClassLoader loader) {
    return new Connector(List.of(), loader, LIMITS, ClientCapabilities.NONE);
  }

  @Test
  void aTransportThatCannotBeLoadedIsNamedWhereOneIsMissing(@TempDir Path classes)
      throws Exception {
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve(TransportProvider.class.getName()), "no.such.Transport\n");
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Connector connector = connector(loader);

      assertThatThrownBy(() -> connector.connect(RAY, ClientDefinition.command("server")))
          .isInstanceOf(McpException.ConnectFailed.class)
          .hasMessageContaining("\"ray\" is reached by a command, and no transport for that")
          .hasMessageContaining("no.such.Transport");
    }
  }

  @Test
  void withoutAnyTransportItIsSaidWhatIsMissing() {
    Connector connector = connector(ClassLoader.getPlatformClassLoader());

    assertThatThrownBy(() -> connector.connect(RAY, ClientDefinition.url("http://localhost:1/")))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessage(
            "\"ray\" is reached by a url, and no transport for that is on the class path. There"
                + " are [].");
  }

  @Test
  void whatADefinitionSaysGoesBeforeWhatHoldsForAll() {
    Connector connector = connector(getClass().getClassLoader());
    RegistryConfig config = RegistryConfig.builder().maxConcurrentCalls(7).build();

    Terms plain = connector.terms(ClientDefinition.command("server"), config);
    Terms impatient =
        connector.terms(
            ClientDefinition.builder()
                .command("server")
                .connectTimeout(Duration.ofSeconds(3))
                .build(),
            config);
    Terms own =
        connector.terms(
            ClientDefinition.builder()
                .command("server")
                .callTimeout(Duration.ofSeconds(5))
                .maxConcurrentCalls(2)
                .build(),
            config);

    assertThat(plain.callLimit()).isEqualTo(Duration.ofSeconds(40));
    assertThat(plain.gate().maxConcurrent()).isEqualTo(7);
    assertThat(impatient).isEqualTo(plain);
    assertThat(own.callLimit()).isEqualTo(Duration.ofSeconds(5));
    assertThat(own.gate().maxConcurrent()).isEqualTo(2);
    assertThat(own.bareNames()).isFalse();
    assertThat(connector.terms(true, config).bareNames()).isTrue();
    assertThat(connector.callLimit()).isEqualTo(Duration.ofSeconds(40));
  }
}

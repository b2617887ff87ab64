// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class HelloTest {
  @Test
  void aRegistryCallsTheHelloServerInItsOwnProcess() {
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("greeter", hello());

      ToolResult result = registry.callTool("greeter__hello", Map.of("name", "Ada"));

      assertThat(registry.tools()).extracting(Tool::name).containsExactly("greeter__hello");
      assertThat(result).isInstanceOf(ToolResult.Success.class);
      assertThat(((ToolResult.Success) result).as(Hello.Greeting.class))
          .isEqualTo(new Hello.Greeting("Hello, Ada"));
    }
  }

  @Test
  void aMissingArgumentIsNamed() {
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("greeter", hello());

      ToolResult result = registry.callTool("greeter__hello", Map.of("nam", "Ada"));

      assertThat(result.text())
          .contains("\"nam\" is unknown. Did you mean \"name\"?")
          .contains("\"name\" is missing");
    }
  }

  private static ClientDefinition hello() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return ClientDefinition.command(
        java, "-cp", System.getProperty("java.class.path"), Hello.class.getName());
  }
}

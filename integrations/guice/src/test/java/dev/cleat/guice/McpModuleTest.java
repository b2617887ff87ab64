// SPDX-License-Identifier: Apache-2.0
package dev.cleat.guice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class McpModuleTest {
  record None() {}

  record Greeting(String text) {}

  /** What an application has anyway, for a provider that Guice makes. */
  static final class Words {
    final String hello = "Hello";
  }

  static final class Greeter implements ToolProvider {
    private final Words words;

    @Inject
    Greeter(Words words) {
      this.words = words;
    }

    @Override
    public String name() {
      return "greeter";
    }

    @Override
    public String description() {
      return "Greets.";
    }

    @Override
    public List<Setting> settings() {
      return List.of(Setting.of("whom", "whom to greet"));
    }

    @Override
    public ToolSet open(ProviderContext context) {
      String whom = context.config().string("whom").orElse("nobody");
      return tools("greet", words.hello + ", " + whom);
    }
  }

  @Test
  void whatSeveralModulesGiveIsInOneRegistry() {
    Injector injector =
        Guice.createInjector(
            new McpModule(),
            binding(mcp -> mcp.provider(new Greeter(new Words()), Map.of("whom", "Ada"))),
            binding(mcp -> mcp.tools("other", tools("other_tool", "other"))));

    try (McpRegistry registry = injector.getInstance(McpRegistry.class)) {
      assertThat(registry.tools()).extracting(Tool::name).contains("greet", "other_tool");
      assertThat(registry.callTool("greet", Map.of()).text()).contains("Hello, Ada");
      assertThat(injector.getInstance(McpRegistry.class)).isSameAs(registry);
    }
  }

  @Test
  void aProviderCanBeMadeByGuice() {
    Injector injector =
        Guice.createInjector(
            new McpModule(), binding(mcp -> mcp.provider(Greeter.class, Map.of("whom", "Alan"))));

    try (McpRegistry registry = injector.getInstance(McpRegistry.class)) {
      assertThat(registry.callTool("greet", Map.of()).text()).contains("Hello, Alan");
    }
  }

  @Test
  void closingTheRegistryClosesWhatItHolds() {
    AtomicInteger closings = new AtomicInteger();
    Injector injector =
        Guice.createInjector(
            new McpModule(),
            binding(mcp -> mcp.tools("held", ToolSet.of(List.of(), closings::incrementAndGet))));

    injector.getInstance(McpRegistry.class).close();

    assertThat(closings).hasValue(1);
  }

  @Test
  void whatIsOpenIsClosedAgainWhenTheRestCannotBeOpened() {
    AtomicInteger closings = new AtomicInteger();
    Injector injector =
        Guice.createInjector(
            new McpModule(),
            binding(mcp -> mcp.tools("held", ToolSet.of(List.of(), closings::incrementAndGet))),
            binding(mcp -> mcp.provider(new Greeter(new Words()), Map.of("who", "Ada"))));

    assertThatThrownBy(() -> injector.getInstance(McpRegistry.class))
        .isInstanceOf(ProvisionException.class)
        .cause()
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Did you mean \"whom\"?");
    assertThat(closings).hasValue(1);
  }

  @Test
  void aClientThatCannotBeConnectedIsTheReasonOfTheFailure() {
    Injector injector =
        Guice.createInjector(
            new McpModule(),
            binding(mcp -> mcp.client("far", ClientDefinition.url("https://example.org/mcp"))));

    assertThatThrownBy(() -> injector.getInstance(McpRegistry.class))
        .isInstanceOf(ProvisionException.class)
        .hasCauseInstanceOf(McpException.ConnectFailed.class);
  }

  private static Module binding(Consumer<McpBinder> bindings) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        install(new McpModule());
        bindings.accept(McpBinder.of(binder()));
      }
    };
  }

  private static ToolSet tools(String name, String text) {
    return ToolSet.of(
        Tool.named(name)
            .says("Says something.")
            .readOnly()
            .handles(None.class, Greeting.class, (none, call) -> new Greeting(text)));
  }
}

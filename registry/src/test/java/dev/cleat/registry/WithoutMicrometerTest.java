// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Micrometer is for who wants it: a registry works where it is not on the class path. */
class WithoutMicrometerTest {
  /** What runs there. */
  static final class Use implements Callable<String> {
    @Override
    public String call() {
      try (McpRegistry registry = McpRegistry.create()) {
        registry.registerTools(
            "local",
            ToolSet.of(
                Tool.named("roll")
                    .handles(Schema.anyObject(), (call, context) -> ToolResult.text("six"))));
        return registry.callTool("roll", Map.of()).text();
      }
    }
  }

  /** Our classes once more, where there are none of Micrometer. */
  private static final class Without extends URLClassLoader {
    Without() throws Exception {
      super(urls(), null);
    }

    private static URL[] urls() throws Exception {
      List<URL> urls = new ArrayList<>();
      for (String path : TestClassPath.entries()) {
        urls.add(Path.of(path).toUri().toURL());
      }
      return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("io.micrometer.")) {
        throw new ClassNotFoundException(name);
      }
      // Not the parent: where there are modules, it knows ours.
      if (name.startsWith("java.")) {
        return ClassLoader.getPlatformClassLoader().loadClass(name);
      }
      return super.findClass(name);
    }
  }

  @Test
  void aRegistryWorksWithoutIt() throws Exception {
    try (Without loader = new Without()) {
      assertThatThrownBy(() -> loader.loadClass("io.micrometer.core.instrument.MeterRegistry"))
          .isInstanceOf(ClassNotFoundException.class);

      var use = loader.loadClass(Use.class.getName()).getDeclaredConstructor();
      use.setAccessible(true);

      assertThat(use.getDeclaringClass()).isNotSameAs(Use.class);
      assertThat(((Callable<?>) use.newInstance()).call()).isEqualTo("six");
    }
  }
}

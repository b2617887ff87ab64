// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Access;
import dev.cleat.Namespace;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
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

/** Nothing of the search library is loaded before the first search. */
class WithoutLuceneTest {
  /** What runs there. */
  static final class Use implements Callable<String> {
    @Override
    public String call() {
      ServedTool roll =
          Tool.named("roll").handles(Schema.anyObject(), (call, context) -> ToolResult.text("six"));
      try (McpRegistry registry = McpRegistry.create()) {
        registry.registerTools("local", ToolSet.of(roll));
        ToolSearch search =
            ToolSearch.over(
                List.of(new ToolSearch.Source(Namespace.of("local"), 1, registry.tools())));
        SearchToolSet served =
            new SearchToolSet(
                registry.asToolSet(), Access.READ_ONLY, () -> search, () -> List.of(roll));
        List<String> listed = served.tools().stream().map(ServedTool::name).toList();
        served.close();
        return registry.callTool("roll", Map.of()).text() + listed + search.isBuilt();
      }
    }
  }

  /** Our classes once more, where there are none of Lucene. */
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
      if (name.startsWith("org.apache.lucene.")) {
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
  void whoDoesNotSearchNeedsNone() throws Exception {
    try (Without loader = new Without()) {
      assertThatThrownBy(() -> loader.loadClass("org.apache.lucene.search.Query"))
          .isInstanceOf(ClassNotFoundException.class);

      var use = loader.loadClass(Use.class.getName()).getDeclaredConstructor();
      use.setAccessible(true);

      assertThat(use.getDeclaringClass()).isNotSameAs(Use.class);
      assertThat(((Callable<?>) use.newInstance()).call())
          .isEqualTo("six[search_tools, call_tool, roll]false");
    }
  }
}

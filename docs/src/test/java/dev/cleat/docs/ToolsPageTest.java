// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Providers;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The page of the tools is written from the tools themselves. After a change of theirs, {@code mvn
 * -pl docs -am test -Dcleat.rewrite=true} writes it anew.
 */
class ToolsPageTest {
  private static final Path PAGE = Checkout.root().resolve("docs/tools.md");

  @Test
  void thePageOfTheToolsSaysWhatTheToolsSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("cleat.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).hasContent(page);
  }

  private static String page() {
    StringBuilder page = new StringBuilder("# The tools\n\n");
    page.append(
        "Written from the tools by `ToolsPageTest`. `./cleat tools --json` has the schemas.\n\n");
    page.append(
        "*Reads* is on. *Writes* needs `--allow-write`, *destroys* `--allow-destructive`.\n");
    Providers<ToolProvider> providers = Providers.ofTools(ToolsPageTest.class.getClassLoader());
    assertThat(providers.problems()).isEmpty();
    for (String name : new String[] {"nvml", "ray"}) {
      ToolProvider provider = providers.found().get(name);
      page.append("\n## ").append(name).append("\n\n").append(provider.description());
      page.append("\n\n| tool | | what it is for |\n| --- | --- | --- |\n");
      try (ToolSet tools = provider.open(ProviderContext.of(provider, Map.of()))) {
        tools.tools().stream().map(ServedTool::tool).forEach(tool -> page.append(row(tool)));
      }
      page.append("\nSettings, under `providers.").append(name).append("`:\n\n");
      provider.settings().forEach(setting -> page.append(line(setting)));
    }
    return page.toString();
  }

  private static String row(Tool tool) {
    String access =
        switch (Access.neededBy(tool.hints())) {
          case READ_ONLY -> "reads";
          case WRITE -> "writes";
          case DESTRUCTIVE -> "destroys";
        };
    return "| `%s` | %s | %s |\n".formatted(tool.name(), access, cell(tool.description()));
  }

  private static String line(Setting setting) {
    return "- `%s`: %s%s\n"
        .formatted(setting.key(), cell(setting.description()), setting.secret() ? " (secret)" : "");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}

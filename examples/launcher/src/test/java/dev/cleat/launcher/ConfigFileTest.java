// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file counts: the one asked for, else the one here, else the user's, else none. */
class ConfigFileTest {
  @TempDir Path folder;

  @Test
  void withoutAFileTheDefaultsHold() {
    assertThat(size(run())).contains("size 1");
  }

  @Test
  void theUsersFileIsFoundInTheHomeFolder() {
    assertThat(size(run().file("home/.config/cleat/cleat.json", sized(2)))).contains("size 2");
  }

  @Test
  void theUsersFileIsFoundWhereTheSystemKeepsConfiguration() {
    Run run =
        run()
            .file("home/.config/cleat/cleat.json", sized(2))
            .file("xdg/cleat/cleat.json", sized(3))
            .with("XDG_CONFIG_HOME", folder.resolve("xdg").toString());

    assertThat(size(run)).contains("size 3");
  }

  @Test
  void theFileOfTheWorkingDirectoryGoesBeforeTheUsers() {
    Run run = run().file("home/.config/cleat/cleat.json", sized(2)).configured(sized(4));

    assertThat(size(run)).contains("size 4");
  }

  @Test
  void theFileThatIsAskedForGoesBeforeAll() {
    Run run = run().configured(sized(4)).file("other/mine.json", sized(5));

    assertThat(size(run, "--config", "other/mine.json")).contains("size 5");
  }

  private Run run() {
    return Run.in(folder);
  }

  private static String sized(int size) {
    return "{\"providers\": {\"workshop\": {\"size\": " + size + "}}}";
  }

  private static String size(Run run, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "call";
    arguments[1] = "measure";
    System.arraycopy(options, 0, arguments, 2, options.length);
    return run.run(arguments).out();
  }
}

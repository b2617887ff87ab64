// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.mcp.AnswerRaces;
import dev.cleat.registry.HolderWordRaces;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.annotations.JCStressTest;

/**
 * Runs {@link HolderWordRaces} and {@link AnswerRaces} in JVMs of their own. Needs nothing but two
 * processors, and some two minutes.
 */
class RacesIT {
  private static final int RACES = racesIn(HolderWordRaces.class) + racesIn(AnswerRaces.class);

  @TempDir Path folder;

  @Test
  void nothingForbiddenHappensInMillionsOfRaces() throws Exception {
    Path log = folder.resolve("log");

    Process races =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                "dev.cleat..*Races",
                "-r",
                folder.resolve("report").toString(),
                // Milliseconds a run, runs, and JVMs for each mode of the compilers.
                "-time",
                "300",
                "-iters",
                "2",
                "-f",
                "1",
                "-fsm",
                "1",
                "-sc",
                "false",
                "-af",
                "NONE")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit;
    try {
      exit = races.waitFor();
    } finally {
      races.descendants().forEach(ProcessHandle::destroyForcibly);
      races.destroyForcibly();
    }

    String report = Files.readString(log);
    // It ends with 1 when an outcome was forbidden, or a race could not be run.
    assertThat(exit).as(report).isZero();
    assertThat(report)
        .contains("Failed tests: No matches.")
        .contains("Error tests: No matches.")
        .contains("All remaining tests: " + RACES + " matching");
  }

  private static int racesIn(Class<?> races) {
    int count = 0;
    for (Class<?> nested : races.getDeclaredClasses()) {
      if (nested.isAnnotationPresent(JCStressTest.class)) {
        count++;
      }
    }
    return count;
  }
}

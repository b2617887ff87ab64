// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Processes that outlive those who started them. They are nobody's children any more, but they
 * still have the working directory of the client that everything began with.
 */
final class Leftovers {
  private static final long PATIENCE_SECONDS = 10;

  private Leftovers() {}

  /** Fails when a process of that working directory is still there after a while. */
  static void assertNoneIn(Path folder) throws Exception {
    Path directory = folder.toRealPath();
    List<ProcessHandle> found =
        ProcessHandle.allProcesses().filter(process -> worksIn(directory, process)).toList();
    CompletableFuture.allOf(
            found.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
        .get();
    assertThat(found.stream().filter(ProcessHandle::isAlive))
        .extracting(process -> process.pid() + " " + process.info().commandLine().orElse(""))
        .as("what is left running")
        .isEmpty();
  }

  private static boolean worksIn(Path directory, ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd")).equals(directory);
    } catch (IOException | UnsupportedOperationException goneOrNotOurs) {
      return false;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that has run to its end. */
record Ran(List<String> command, int exit, String out, String err) {

  /**
   * Runs a program.
   *
   * @param folder its working directory, where its output is kept too
   * @param environment variables added to those of this process
   * @param input what it gets to read
   * @param patience how long it may take
   */
  static Ran toItsEnd(
      Path folder,
      Map<String, String> environment,
      String input,
      Duration patience,
      List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException leftUnread) {
      // Its exit code and its output say more.
    }
    boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    Ran ran = new Ran(command, process.exitValue(), Files.readString(out), Files.readString(err));
    if (!ended) {
      throw new AssertionError("Not done after " + patience.toSeconds() + " s: " + ran);
    }
    return ran;
  }

  /** Expects the exit code 0, and gives what was said on stdout. */
  String succeeds() {
    return exits(0).out;
  }

  /** Expects that exit code. */
  Ran exits(int expected) {
    if (exit != expected) {
      throw new AssertionError("Expected the exit code " + expected + ": " + this);
    }
    return this;
  }

  @Override
  public String toString() {
    return String.join(" ", command) + " (exit code " + exit + ")\n" + out + "\n" + err;
  }
}

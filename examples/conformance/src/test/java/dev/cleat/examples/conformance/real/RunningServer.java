// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance.real;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The script {@code server} on a free port. */
final class RunningServer implements AutoCloseable {
  private static final long ENDED_WITHIN_SECONDS = 20;

  private final Process process;
  private final String url;

  private RunningServer(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  static RunningServer start(Path scratch) throws IOException {
    Path err = Files.createTempFile(scratch, "server", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(Suite.ours("server"), "0")
            .directory(scratch.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(Suite.sameJava());
    Process process = builder.start();
    // Nothing more is printed there, so nobody needs to read on.
    BufferedReader out = process.inputReader();
    String first = out.readLine();
    if (first == null) {
      throw new AssertionError("The server did not start:\n" + Files.readString(err));
    }
    return new RunningServer(process, first);
  }

  /** Its URL under the name localhost: the suite sends that as Host, and a foreign one. */
  String url() {
    return url.replace("127.0.0.1", "localhost");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(ENDED_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    throw new AssertionError("The server does not end when it is told to");
  }
}

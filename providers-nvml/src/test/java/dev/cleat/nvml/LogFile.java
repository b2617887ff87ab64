// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A kernel log in a file that is gone after the test. */
record LogFile(String path) implements AutoCloseable {

  static LogFile of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  static LogFile of(byte[] bytes) {
    try {
      Path file = Files.createTempFile("cleat-kernel", ".log");
      Files.write(file, bytes);
      return new LogFile(file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      Files.delete(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

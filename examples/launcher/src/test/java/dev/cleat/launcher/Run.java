// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.launcher.Host.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a command in this process, in a folder of its own, and keeps what it says. */
final class Run {
  private final Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Terminals terminals = Terminals.NONE;
  private String input = "";

  private Run(Path folder) {
    this.folder = folder;
  }

  /** How a command ended. */
  record Result(int exit, String out, String err) {}

  static Run in(Path folder) {
    return new Run(folder);
  }

  Run with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Run configured(String json) {
    return file("cleat.json", json);
  }

  Run file(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Somebody sits at all three streams and types that. */
  Run typing(String text) {
    terminals = new Terminals(true, true, true);
    input = text;
    return this;
  }

  Run piping(String text) {
    input = text;
    return this;
  }

  Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host =
        new Host(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            folder,
            folder.resolve("home"),
            terminals,
            false);
    int exit = Cleat.run(host, arguments);
    return new Result(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

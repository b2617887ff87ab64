// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.spi.ClientDefinition;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link LedgerServer}s wrote down: who started, and what each executed. Nobody has to trust
 * the registry's word for it.
 */
final class Ledger {
  private final Path file;

  Ledger(Path folder) {
    file = folder.resolve("ledger");
  }

  /** A server in a process of its own that writes into this ledger. */
  ClientDefinition server(String name, String behaviour) {
    try {
      return ClientDefinition.command(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx64m",
          "-cp",
          String.join(File.pathSeparator, TestClassPath.entries()),
          LedgerServer.class.getName(),
          name,
          file.toString(),
          behaviour);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  ClientDefinition server(String name) {
    return server(name, LedgerServer.FINE);
  }

  /** The details of an event, of one server or, without a name, of all. */
  List<String> entries(String name, String event) {
    List<String> entries = new ArrayList<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          String[] words = line.split(" ");
          if ((name.isEmpty() || words[0].equals(name)) && words[1].equals(event)) {
            entries.add(words[2]);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  void await(int count, String name, String event) {
    Aside.until(name + " has entered " + event, () -> entries(name, event).size() >= count);
  }

  /** The process that a server of that name was started in first. */
  ProcessHandle process(String name) {
    return ProcessHandle.of(Long.parseLong(entries(name, "started").get(0))).orElseThrow();
  }

  /** How many processes of its servers are alive. */
  long alive() {
    return entries("", "started").stream().filter(Ledger::isAlive).count();
  }

  private static boolean isAlive(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  static void awaitGone(List<String> pids) {
    for (String pid : pids) {
      Aside.until("process " + pid + " is gone", () -> !isAlive(pid));
    }
  }
}

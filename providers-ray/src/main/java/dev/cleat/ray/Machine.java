// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the numbers of processes mean what they meant when they were written down: a state
 * directory may be shared by machines and containers, and outlives a restart.
 *
 * @param host its name
 * @param boot changes with every start of it; empty where that is not to be seen
 * @param processes which numbers of processes are seen, since a container has its own; empty where
 *     there is one set of them
 */
record Machine(String host, String boot, String processes) {
  private static final Machine HERE = look();

  Machine {
    requireNonNull(host, "host");
    requireNonNull(boot, "boot");
    requireNonNull(processes, "processes");
  }

  static Machine here() {
    return HERE;
  }

  /** Whether that is here, and now. */
  boolean isHere() {
    return equals(HERE);
  }

  /** Whether that was here before the machine was started again: no process of then is left. */
  boolean isHereEarlier() {
    boolean named = !host.isEmpty() && !host.equals("localhost");
    return named && host.equals(HERE.host) && !boot.equals(HERE.boot);
  }

  private static Machine look() {
    Map<String, String> environment = System.getenv();
    String named =
        environment.getOrDefault("HOSTNAME", environment.getOrDefault("COMPUTERNAME", ""));
    String host = read(Path.of("/proc/sys/kernel/hostname"));
    return new Machine(
        host.isEmpty() ? named : host,
        read(Path.of("/proc/sys/kernel/random/boot_id")),
        link(Path.of("/proc/self/ns/pid")));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return "";
    }
  }
}

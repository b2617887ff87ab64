// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code ./cleat serve}, and what it is to serve. */
final class Served {
  /** Eight GPUs that are well. */
  static final Map<String, Object> GPUS =
      Map.of("providers", Map.of("nvml", Map.of("source", "simulated:h100x8")));

  private Served() {}

  /** The GPUs, and servers that others wrote. */
  static Map<String, Object> gateway(Peers peers) {
    return Map.of("providers", GPUS.get("providers"), "mcpServers", peers.asUpstreams());
  }

  /** Writes the configuration where {@code cleat} looks for it. */
  static void configure(Path folder, Map<String, ?> configuration) throws IOException {
    Files.writeString(folder.resolve("cleat.json"), Json.print(configuration));
  }

  /** Serves over HTTP on a free port of this machine, with that folder as working directory. */
  static Listening overHttp(Path folder, Map<String, ?> configuration, String... options)
      throws Exception {
    configure(folder, configuration);
    Peers.build(folder, "cleat", "--version");
    return Listening.start(folder, Peers.sameJava(), "/mcp", command("127.0.0.1:0", options));
  }

  /** The command that serves at that address. */
  static List<String> command(String address, String... options) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(Peers.ours("cleat"), "serve", "--http", address));
    command.addAll(List.of(options));
    return command;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code mcpServers}.
 *
 * @param namespace the first part of its tools' names
 * @param definition how to reach it
 */
record ServerEntry(Namespace namespace, ClientDefinition definition) {
  private static final List<String> KEYS =
      List.of(
          "command",
          "args",
          "env",
          "cwd",
          "url",
          "headers",
          "type",
          "timeout",
          "connectTimeout",
          "idleTimeout",
          "maxConcurrentCalls",
          "disabled");

  private static final Map<String, String> TRANSPORT_OF_TYPE =
      Map.of("stdio", "command", "http", "url", "streamable-http", "url");

  /** Whether an entry is there only to be switched on again. */
  static boolean isDisabled(ConfigObject entry) {
    return entry.onlyKnows(KEYS).bool("disabled").orElse(false);
  }

  /**
   * Reads one.
   *
   * @param folder what relative working directories start from
   */
  static ServerEntry read(Namespace namespace, ConfigObject entry, Path home, Path folder) {
    entry.onlyKnows(KEYS);
    checkType(entry);
    ClientDefinition.Builder definition = ClientDefinition.builder();
    entry.string("command").ifPresent(command -> definition.command(atHome(command, home)));
    definition.addAllArgs(entry.strings("args"));
    definition.putAllEnv(entry.stringsByName("env"));
    entry.string("cwd").ifPresent(cwd -> definition.cwd(directory(entry, cwd, home, folder)));
    entry.string("url").ifPresent(url -> definition.url(endpoint(entry, url)));
    definition.putAllHeaders(entry.stringsByName("headers"));
    entry.duration("timeout").ifPresent(definition::callTimeout);
    entry.duration("connectTimeout").ifPresent(definition::connectTimeout);
    entry.duration("idleTimeout").ifPresent(definition::idleLimit);
    entry.integer("maxConcurrentCalls", 1).ifPresent(definition::maxConcurrentCalls);
    try {
      return new ServerEntry(namespace, definition.build());
    } catch (IllegalArgumentException e) {
      throw entry.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static void checkType(ConfigObject entry) {
    entry
        .string("type")
        .ifPresent(
            type -> {
              String needed = TRANSPORT_OF_TYPE.get(type);
              if (needed == null) {
                throw entry.wrong("type", "has to be \"stdio\" or \"http\".");
              }
              if (!entry.has(needed)) {
                throw entry.wrong(
                    "type",
                    "is \"" + type + "\", which goes with a " + needed + ", and there is none.");
              }
            });
  }

  private static String atHome(String path, Path home) {
    return path.startsWith("~/") ? home + path.substring(1) : path;
  }

  private static Path directory(ConfigObject entry, String cwd, Path home, Path folder) {
    try {
      return cwd.equals("~") ? home : folder.resolve(atHome(cwd, home)).normalize();
    } catch (InvalidPathException e) {
      throw entry.wrong("cwd", "has to be a path.");
    }
  }

  private static URI endpoint(ConfigObject entry, String url) {
    try {
      URI uri = new URI(url);
      String scheme = String.valueOf(uri.getScheme());
      if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return uri;
      }
    } catch (URISyntaxException reportedBelow) {
      // Its message would show the URL, and that may hold a secret.
    }
    throw entry.wrong("url", "has to be a URL such as https://example.org/mcp.");
  }
}

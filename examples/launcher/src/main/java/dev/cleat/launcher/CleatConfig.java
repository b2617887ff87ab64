// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Namespace;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What the operator wants.
 *
 * @param file where it comes from; none when the defaults hold
 * @param servers the upstream servers, without those that are disabled
 * @param disabled the names of those
 * @param providers the settings of each provider that has an entry
 * @param lines where each setting of a provider stands, by its path
 */
record CleatConfig(
    Optional<String> file,
    List<ServerEntry> servers,
    List<String> disabled,
    Map<String, Map<String, Object>> providers,
    Map<String, Integer> lines) {

  /** What holds when there is no file. */
  static final CleatConfig DEFAULTS =
      new CleatConfig(Optional.empty(), List.of(), List.of(), Map.of(), Map.of());

  private static final long MAX_BYTES = 1 << 20;
  private static final List<String> KEYS = List.of("mcpServers", "servers", "providers", "$schema");

  /**
   * Reads a file.
   *
   * @param known the providers there are
   */
  static CleatConfig read(Path file, Host host, Map<String, ToolProvider> known) {
    return of(file, bytes(file, host), host, known);
  }

  /** Understands what was read from a file. */
  static CleatConfig of(Path file, byte[] utf8, Host host, Map<String, ToolProvider> known) {
    Source source = new Source(host.shown(file), new Expansion(host.environment()));
    return of(source, utf8, host, file.toAbsolutePath(), known);
  }

  static CleatConfig of(
      Source source, byte[] utf8, Host host, Path file, Map<String, ToolProvider> known) {
    ConfigObject top =
        ConfigObject.of(source, "", ConfigParser.parse(source, utf8)).onlyKnows(KEYS);
    List<ServerEntry> servers = new ArrayList<>();
    List<String> disabled = new ArrayList<>();
    Path folder = Optional.ofNullable(file.getParent()).orElse(host.workingDirectory());
    for (String key : List.of("mcpServers", "servers")) {
      Optional<ConfigObject> section = top.object(key);
      for (String name : section.map(ConfigObject::keys).orElse(List.of())) {
        ConfigObject entry = section.orElseThrow().object(name).orElseThrow();
        Namespace namespace = namespace(entry, name, known);
        if (ServerEntry.isDisabled(entry)) {
          disabled.add(name);
          continue;
        }
        if (servers.stream().anyMatch(other -> other.namespace().equals(namespace))) {
          throw entry.wrong("mcpServers has an entry of this name too. Remove one.");
        }
        servers.add(ServerEntry.read(namespace, entry, host.home(), folder));
      }
    }
    Map<String, Integer> lines = new LinkedHashMap<>();
    Map<String, Map<String, Object>> providers = providers(top, known, lines);
    return new CleatConfig(
        Optional.of(source.name()), List.copyOf(servers), disabled, providers, lines);
  }

  private static Namespace namespace(
      ConfigObject entry, String name, Map<String, ToolProvider> known) {
    try {
      Namespace namespace = Namespace.of(name);
      if (known.containsKey(name)) {
        throw entry.wrong("a provider has this name already. Choose another.");
      }
      return namespace;
    } catch (IllegalArgumentException e) {
      throw entry.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Map<String, Object>> providers(
      ConfigObject top, Map<String, ToolProvider> known, Map<String, Integer> lines) {
    Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
    Optional<ConfigObject> section = top.object("providers");
    if (section.isPresent()) {
      section.get().onlyKnows(new TreeSet<>(known.keySet())).collectLines(lines);
      for (String name : section.get().keys()) {
        ConfigObject entry = section.get().object(name).orElseThrow();
        ToolProvider provider = known.get(name);
        if (provider != null) {
          entry.onlyKnows(provider.settings().stream().map(Setting::key).toList());
          entry.collectLines(lines);
          settings.put(name, entry.plain());
        }
      }
    }
    return settings;
  }

  /** What a provider said of its settings, with file and line before it. */
  ConfigException located(ConfigException problem) {
    String message = String.valueOf(problem.getMessage());
    return lines.keySet().stream()
        .filter(message::startsWith)
        .max((a, b) -> a.length() - b.length())
        .map(path -> new ConfigException(file.orElse("") + ":" + lines.get(path) + ": " + message))
        .orElse(problem);
  }

  /**
   * What is in a file.
   *
   * @throws ConfigException when it cannot be read, or is too large
   */
  static byte[] bytes(Path file, Host host) {
    String name = host.shown(file);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(name + ": it has more than " + MAX_BYTES + " bytes.");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ConfigException(name + ": it cannot be read: " + ConfigFile.reason(e) + ".");
    }
  }
}

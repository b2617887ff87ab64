// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Namespace;
import dev.cleat.mcp.PeerInfo;
import dev.cleat.registry.McpRegistry;
import dev.cleat.registry.RegistrySnapshot;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ToolProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at everything that the command depends on. Changes nothing. */
final class Checkup {
  private static final Duration MOST_CONNECT = Duration.ofSeconds(10);

  private final Host host;
  private final Plugins plugins;
  private final List<Check> checks = new ArrayList<>();

  private Checkup(Host host, Plugins plugins) {
    this.host = host;
    this.plugins = plugins;
  }

  static List<Check> run(Host host, Optional<String> askedConfig) throws InterruptedException {
    Checkup checkup = new Checkup(host, Plugins.discover());
    checkup.java();
    checkup
        .plugins
        .problems()
        .forEach(problem -> checkup.checks.add(Check.broken("plugin", "", problem, "")));
    Optional<CleatConfig> config = checkup.configuration(askedConfig);
    if (config.isPresent()) {
      for (ToolProvider provider : checkup.plugins.providers().values()) {
        checkup.checks.add(provider(provider, config.get()));
      }
      checkup.servers(config.get());
    }
    return checkup.checks;
  }

  private void java() {
    checks.add(
        Check.ok(
            "java",
            "",
            System.getProperty("java.runtime.version")
                + " from "
                + System.getProperty("java.home")));
  }

  private Optional<CleatConfig> configuration(Optional<String> asked) {
    try {
      ConfigFile file = ConfigFile.find(asked, host);
      List<String> looked = file.looked().stream().map(host::shown).toList();
      CleatConfig config =
          file.found()
              .map(path -> CleatConfig.read(path, host, plugins.providers()))
              .orElse(CleatConfig.DEFAULTS);
      String detail =
          file.found()
              .map(path -> describe(host.shown(path), config))
              .orElse("none, so the defaults hold; looked for " + String.join(" and ", looked));
      Map<String, Object> facts = new LinkedHashMap<>();
      file.found().map(Path::toString).ifPresent(path -> facts.put("file", path));
      facts.put("looked", looked);
      checks.add(Check.ok("configuration", "", detail).with(facts));
      return Optional.of(config);
    } catch (ConfigException e) {
      String fix = "Correct the file; until then nothing is served.";
      checks.add(Check.broken("configuration", "", String.valueOf(e.getMessage()), fix));
      return Optional.empty();
    }
  }

  private static String describe(String file, CleatConfig config) {
    String servers =
        config.servers().size() + (config.servers().size() == 1 ? " server" : " servers");
    String disabled =
        config.disabled().isEmpty() ? "" : ", disabled: " + String.join(", ", config.disabled());
    return file + ": " + servers + disabled;
  }

  private static Check provider(ToolProvider provider, CleatConfig config) {
    String name = provider.name();
    try {
      Availability availability = provider.availability(Plugins.context(provider, config));
      if (availability instanceof Availability.Unavailable unavailable) {
        return config.providers().containsKey(name)
            ? Check.broken("provider", name, unavailable.why(), unavailable.fix())
            : Check.off("provider", name, unavailable.why(), unavailable.fix());
      }
      String detail = ((Availability.Available) availability).detail();
      return Check.ok("provider", name, detail.isEmpty() ? provider.description() : detail);
    } catch (ConfigException e) {
      return Check.broken("provider", name, String.valueOf(config.located(e).getMessage()), "");
    } catch (RuntimeException | LinkageError e) {
      return Check.broken("provider", name, "It could not be asked: " + e, "");
    }
  }

  private void servers(CleatConfig config) throws InterruptedException {
    ClientSource wanted = new Wanted("the configuration", ConfigSource.servers(config));
    try (McpRegistry registry = McpRegistry.builder().source(wanted).build()) {
      boolean unused = registry.awaitSettled(MOST_CONNECT);
      RegistrySnapshot found = registry.snapshot();
      for (ServerEntry server : config.servers()) {
        checks.add(server(server, found));
      }
    }
  }

  /** What a registry is to connect, once and for all. */
  private record Wanted(String name, Map<Namespace, ClientDefinition> desired)
      implements ClientSource {}

  private static Check server(ServerEntry server, RegistrySnapshot found) {
    String name = server.namespace().value();
    Optional<ClientView> view = found.client(name);
    Optional<PeerInfo> peer = view.flatMap(ClientView::peer);
    Optional<String> trouble = view.flatMap(ClientView::trouble);
    if (view.isEmpty() || peer.isEmpty()) {
      String why = "It did not connect within " + MOST_CONNECT.toSeconds() + " s.";
      return Check.broken("server", name, trouble.orElse(why), fix(server));
    }
    Check check =
        trouble.isEmpty()
            ? Check.ok("server", name, detail(peer.get(), view.get().tools()))
            : Check.broken("server", name, "It connected and left: " + trouble.get(), "");
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("serverName", peer.get().name());
    facts.put("serverVersion", peer.get().version());
    facts.put("protocolVersion", peer.get().protocolVersion());
    facts.put("tools", view.get().tools());
    return check.with(facts);
  }

  private static String detail(PeerInfo peer, int tools) {
    return peer.name()
        + " "
        + peer.version()
        + ", MCP "
        + peer.protocolVersion()
        + ", "
        + tools
        + (tools == 1 ? " tool" : " tools");
  }

  private static String fix(ServerEntry server) {
    return server
        .definition()
        .command()
        .map(
            command ->
                "Run \"" + command + "\" by hand with the same arguments to see what it says.")
        .orElse("See whether the url answers from here, and whether it wants a token in headers.");
  }
}

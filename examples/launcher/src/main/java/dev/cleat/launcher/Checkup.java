// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.mcp.PeerInfo;
import dev.cleat.registry.McpRegistry;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ToolProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

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
    Map<String, String> failures = new ConcurrentHashMap<>();
    try (McpRegistry registry = McpRegistry.create();
        Upstreams upstreams = new Upstreams(registry, config.servers())) {
      upstreams.connect(
          MOST_CONNECT, (server, reason) -> failures.put(server.namespace().value(), reason));
      Map<String, ClientView> views =
          registry.snapshot().clients().stream()
              .collect(
                  Collectors.toMap(view -> view.namespace().value(), view -> view, (a, b) -> a));
      for (ServerEntry server : config.servers()) {
        String name = server.namespace().value();
        ClientView view = views.get(name);
        checks.add(
            view == null || view.peer().isEmpty()
                ? Check.broken(
                    "server", name, failures.getOrDefault(name, "It did not connect."), fix(server))
                : connected(name, view));
      }
    }
  }

  private static Check connected(String name, ClientView view) {
    PeerInfo peer = view.peer().orElseThrow();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("serverName", peer.name());
    facts.put("serverVersion", peer.version());
    facts.put("protocolVersion", peer.protocolVersion());
    facts.put("tools", view.tools());
    String detail =
        peer.name()
            + " "
            + peer.version()
            + ", MCP "
            + peer.protocolVersion()
            + ", "
            + view.tools()
            + (view.tools() == 1 ? " tool" : " tools");
    return view.trouble().isEmpty()
        ? Check.ok("server", name, detail).with(facts)
        : Check.broken("server", name, "It connected and left: " + view.trouble().get(), "")
            .with(facts);
  }

  private static String fix(ServerEntry server) {
    return server
        .definition()
        .command()
        .map(
            command ->
                "Run \"" + command + "\" by hand with the same arguments to see what it says.")
        .orElse("Servers behind a url come in a later version; until then use one with a command.");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Providers;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The providers on the class path.
 *
 * @param providers by name
 * @param problems what is on the class path and cannot be used
 */
record Plugins(Map<String, ToolProvider> providers, List<String> problems) {

  static Plugins discover() {
    Providers<ToolProvider> found = Providers.ofTools(Plugins.class.getClassLoader());
    return new Plugins(found.found(), found.problems());
  }

  /** What one provider gets. */
  static ProviderContext context(ToolProvider provider, CleatConfig config) {
    return ProviderContext.of(provider, config.providers().getOrDefault(provider.name(), Map.of()));
  }

  /**
   * Opens all. A broken one does not take the others down: it is told to the host, and left out.
   *
   * @throws ConfigException when a setting is wrong
   */
  Map<String, ToolSet> open(CleatConfig config, Host host) {
    problems.forEach(host::tell);
    Map<String, ToolSet> opened = new LinkedHashMap<>();
    for (ToolProvider provider : providers.values()) {
      try {
        opened.put(provider.name(), provider.open(context(provider, config)));
      } catch (ConfigException e) {
        opened.values().forEach(ToolSet::close);
        throw config.located(e);
      } catch (RuntimeException | LinkageError e) {
        host.tell("The provider " + Providers.origin(provider) + " could not be opened: " + e);
      }
    }
    return opened;
  }

  /** What their tools are for, one sentence each. */
  List<String> descriptions() {
    List<String> descriptions = new ArrayList<>();
    providers.values().forEach(provider -> descriptions.add(provider.description()));
    return descriptions;
  }
}

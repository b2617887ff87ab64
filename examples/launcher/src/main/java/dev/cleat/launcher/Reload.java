// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.McpException;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.Providers;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Brings a changed configuration to the providers, and tells a person what is different now. A
 * provider whose settings changed is opened anew and then replaces the one before, whose calls
 * finish; one that cannot be opened leaves the one before.
 */
final class Reload implements ConfigSource.Changes {
  private final Plugins plugins;
  private final Host host;
  private volatile @Nullable McpRegistry registry;

  Reload(Plugins plugins, Host host) {
    this.plugins = plugins;
    this.host = host;
  }

  /** Where the providers' tools are; nothing is brought anywhere before this is known. */
  void bringTo(McpRegistry target) {
    registry = target;
  }

  @Override
  public void changed(CleatConfig before, CleatConfig now) {
    List<String> news = new ArrayList<>();
    for (ToolProvider provider : plugins.providers().values()) {
      Map<String, Object> settings = now.providers().getOrDefault(provider.name(), Map.of());
      if (!settings.equals(before.providers().getOrDefault(provider.name(), Map.of()))
          && replaced(provider, now)) {
        news.add(provider.name() + " has other settings");
      }
    }
    news.addAll(servers(before, now));
    if (!news.isEmpty()) {
      host.tell(now.file().orElse("") + " was read again: " + String.join(", ", news) + ".");
    }
  }

  private static List<String> servers(CleatConfig before, CleatConfig now) {
    Map<String, ServerEntry> old = byName(before);
    Map<String, ServerEntry> fresh = byName(now);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(fresh.keySet());
    List<String> news = new ArrayList<>();
    for (String name : names) {
      if (!old.containsKey(name)) {
        news.add(name + " is new");
      } else if (!fresh.containsKey(name)) {
        news.add(name + " is gone");
      } else if (!fresh.get(name).equals(old.get(name))) {
        news.add(name + " is defined differently");
      }
    }
    return news;
  }

  private static Map<String, ServerEntry> byName(CleatConfig config) {
    Map<String, ServerEntry> servers = new TreeMap<>();
    config.servers().forEach(server -> servers.put(server.namespace().value(), server));
    return servers;
  }

  private boolean replaced(ToolProvider provider, CleatConfig config) {
    McpRegistry target = registry;
    if (target == null) {
      return false;
    }
    try {
      ToolSet opened = provider.open(Plugins.context(provider, config));
      // It closes the set if it refuses it.
      target.registerTools(provider.name(), opened);
      return true;
    } catch (ConfigException e) {
      keeps(provider, String.valueOf(config.located(e).getMessage()));
    } catch (McpException.Closed ending) {
      // This program ends.
    } catch (RuntimeException | LinkageError e) {
      keeps(provider, Providers.origin(provider) + " could not be opened: " + e);
    }
    return false;
  }

  private void keeps(ToolProvider provider, String why) {
    host.tell(why + " The provider " + provider.name() + " stays as it was.");
  }

  @Override
  public void broken(String why) {
    host.tell(why + " What was read last stays in force.");
  }
}

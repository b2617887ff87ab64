// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The clients of a registry without the registry, for tests that stop a thread within it. */
class LoneClients extends Clients {
  private static final Terms TERMS =
      new Terms(false, new GateSettings(64, 64, 0, Duration.ofSeconds(1)), Duration.ofMinutes(1));

  private final Background background;

  /** Lets nothing of it out. */
  static class Nobody implements Watcher {
    @Override
    public void connected(Generation generation) {}

    @Override
    public void toolsChanged() {}

    @Override
    public void changed(Generation generation, Catalog catalog) {}

    @Override
    public void updated(Generation generation, String resourceUri) {}

    @Override
    public boolean isListenedTo(Generation generation) {
      return false;
    }

    @Override
    public void lost(Generation generation) {}
  }

  LoneClients() {
    this(new Background(), new Nobody());
  }

  LoneClients(Watcher watcher) {
    this(new Background(), watcher);
  }

  private LoneClients(Background background, Watcher watcher) {
    super(
        RegistryConfig.defaults(),
        background,
        new Events(List.of(), background.workers(), Duration.ZERO),
        Metering.NONE,
        watcher,
        namespace -> new Metering.Gauges(0, 0, 0, 0, 0, 0));
    this.background = background;
  }

  void register(Namespace namespace, Supplier<McpClient> connect) {
    var unused = register(namespace, connect, TERMS, entry -> {});
  }

  Generation hold(Namespace namespace) {
    Generation held = tryHold(namespace.value());
    if (held == null) {
      throw new McpException.NotFound("There is no client \"" + namespace + "\".");
    }
    return held;
  }

  @Override
  void close() {
    super.close();
    background.close();
  }
}

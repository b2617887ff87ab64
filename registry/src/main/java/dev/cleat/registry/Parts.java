// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener;
import dev.cleat.Namespace;
import java.util.SplittableRandom;

/** The parts of a registry, put together: who knows whom, and in which order they end. */
final class Parts {
  final RegistryConfig config;
  final Connector connector;
  final Background background = new Background();
  final Clients clients;
  final Supervisor supervisor;
  final Calls calls;
  final LeaseTraces traces;
  final Views views;
  final RegistryToolSet toolSet;
  private final Events events;
  private final Metering metering;
  private final Sources sources;

  Parts(RegistryBuilder builder) {
    config = builder.config;
    connector =
        new Connector(
            builder.transports, builder.classLoader, builder.limits, builder.callersAnswer);
    events = new Events(builder.listeners, background.workers(), config.forceLimit());
    metering = builder.metering.get();
    clients = new Clients(config, background, events, metering, new Changes(), this::gauges);
    supervisor =
        new Supervisor(
            config,
            clients,
            connector,
            background,
            background::soon,
            events,
            metering,
            new SplittableRandom());
    views = new Views(clients, supervisor, background);
    traces = new LeaseTraces(background, events);
    calls =
        new Calls(
            clients, supervisor, background, metering, config.maxResends(), connector.callLimit());
    toolSet = new RegistryToolSet(clients, calls, views, background);
    sources = new Sources(builder.sources, supervisor);
  }

  /** Begins to connect what the sources want. */
  void start() {
    sources.start();
  }

  private Metering.Gauges gauges(Namespace namespace) {
    return views.gauges(namespace);
  }

  /** What the clients say, brought to those whom it is for. */
  private final class Changes implements Watcher {
    @Override
    public void connected(Generation generation) {
      toolSet.connected(generation);
    }

    @Override
    public void toolsChanged() {
      toolSet.changed();
    }

    @Override
    public void changed(Generation generation, ChangeListener.Catalog catalog) {
      toolSet.changed(generation, catalog);
    }

    @Override
    public void updated(Generation generation, String resourceUri) {
      toolSet.updated(generation, resourceUri);
    }

    @Override
    public boolean isListenedTo(Generation generation) {
      return toolSet.offers().subscriptions().listensTo(generation);
    }

    @Override
    public void lost(Generation generation) {
      supervisor.lost(generation);
    }
  }

  /** Whatever connects ends before what is connected, and the listeners hear of all of it. */
  void close() {
    sources.close();
    supervisor.stop();
    clients.close();
    events.close();
    metering.close();
    background.close();
  }
}

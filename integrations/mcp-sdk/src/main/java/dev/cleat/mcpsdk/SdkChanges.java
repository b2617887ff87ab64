// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.ChangeListener;
import dev.cleat.spi.ToolSet;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Brings the changes of a tool set to a server of the SDK: one after the other, in a thread of its
 * own, because the SDK's methods for it block.
 */
final class SdkChanges {
  private static final Logger LOG = System.getLogger(SdkChanges.class.getName());
  private static final long IDLE_SECONDS = 30;
  private static final String LISTS = "";

  private final SdkCatalog catalog;
  private final ThreadPoolExecutor thread;

  // What is still to be told: URIs, and the word above for the lists. Whoever adds one starts its
  // telling, so that no more tellings wait than there are resources.
  private final Set<String> due = ConcurrentHashMap.newKeySet();

  // Only used in the thread, once it follows a server.
  private SdkCatalog.Content served;

  SdkChanges(SdkCatalog catalog, SdkCatalog.Content served) {
    this.catalog = catalog;
    this.served = served;
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread worker = new Thread(task, "cleat-mcp-sdk-changes");
              worker.setDaemon(true);
              return worker;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  void follow(McpSyncServer server, ToolSet tools) {
    tools.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog which) {
            tell(LISTS, () -> renew(server));
          }

          @Override
          public void updated(String uri) {
            tell(
                uri,
                () ->
                    server.notifyResourcesUpdated(new McpSchema.ResourcesUpdatedNotification(uri)));
          }
        });
    // It may have changed since the server was described.
    tell(LISTS, () -> renew(server));
  }

  private void tell(String what, Runnable telling) {
    if (!due.add(what)) {
      return;
    }
    try {
      thread.execute(
          () -> {
            due.remove(what);
            try {
              telling.run();
            } catch (RuntimeException trouble) {
              LOG.log(Level.WARNING, "The SDK's server did not take a change", trouble);
            }
          });
    } catch (RejectedExecutionException closed) {
      due.remove(what);
    }
  }

  private void renew(McpSyncServer server) {
    SdkCatalog.Content now = catalog.read();
    renew(
        served.tools(),
        now.tools(),
        server::removeTool,
        tool -> server.addTool(catalog.served(tool)));
    renew(
        served.prompts(),
        now.prompts(),
        server::removePrompt,
        prompt -> server.addPrompt(catalog.served(prompt)));
    renew(
        served.resources(),
        now.resources(),
        server::removeResource,
        resource -> server.addResource(catalog.served(resource)));
    renew(
        served.templates(),
        now.templates(),
        server::removeResourceTemplate,
        template -> server.addResourceTemplate(catalog.served(template)));
    served = now;
  }

  /** What is equal stays; adding what is there already replaces it. */
  private static <T> void renew(
      Map<String, T> before, Map<String, T> now, Consumer<String> remove, Consumer<T> add) {
    before.keySet().stream().filter(name -> !now.containsKey(name)).forEach(remove);
    now.forEach(
        (name, entry) -> {
          if (!entry.equals(before.get(name))) {
            add.accept(entry);
          }
        });
  }

  void close() {
    thread.shutdownNow();
  }
}

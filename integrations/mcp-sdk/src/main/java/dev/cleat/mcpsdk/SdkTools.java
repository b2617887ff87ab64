// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static java.util.Objects.requireNonNull;

import dev.cleat.Access;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import io.modelcontextprotocol.server.McpServer.SyncSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves tools, prompts and resources of Cleat by a server of the official MCP Java SDK, beside
 * what else that server has:
 *
 * <pre>{@code
 * var spec = io.modelcontextprotocol.server.McpServer.sync(transportProvider).serverInfo("desk", "1");
 * SdkTools tools = SdkTools.addTo(spec, toolSet, Access.WRITE);
 * McpSyncServer server = tools.follow(spec.build());
 * }</pre>
 *
 * <p>Handlers run as under Cleat's own server: the same failures, questions, progress, log messages
 * and access. Calls wait in the SDK's threads. The SDK checks arguments and results against the
 * schemas in its own words, before and after them, and passes on no cancellation.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 *
 * <p><b>Life cycle.</b> {@link #close}, to be called after the SDK's server is closed, lets running
 * calls finish within bounds, and closes the tools.
 */
public final class SdkTools implements AutoCloseable {
  private final McpServer server;
  private final SdkCatalog catalog;
  private final ToolSet tools;
  private @Nullable SdkChanges changes;

  private SdkTools(ToolSet tools, Access access) {
    this.tools = requireNonNull(tools);
    server =
        McpServer.builder()
            .name("cleat-mcp-sdk", "1")
            .tools(tools)
            .access(requireNonNull(access))
            .build();
    catalog = new SdkCatalog(server, new SdkJson());
  }

  /**
   * Adds all that the set has now, as far as access allows, and declares what it takes: tools,
   * prompts, resources and completions, with their changes. What else the server is to declare has
   * to be set afterwards, and then all of it.
   *
   * @param tools belongs to what is returned
   * @throws IllegalArgumentException when a name is taken already
   */
  public static SdkTools addTo(SyncSpecification<?> spec, ToolSet tools, Access access) {
    SdkTools added = new SdkTools(tools, access);
    try {
      added.addTo(spec);
      return added;
    } catch (RuntimeException e) {
      added.close();
      throw e;
    }
  }

  private void addTo(SyncSpecification<?> spec) {
    SdkCatalog.Content all = catalog.read();
    var unused =
        spec.capabilities(capabilities())
            .tools(catalog.tools(all))
            .prompts(catalog.prompts(all))
            .resources(catalog.resources(all))
            .resourceTemplates(catalog.templates(all))
            .completions(catalog.completions(all));
    changes = new SdkChanges(catalog, all);
  }

  private McpSchema.ServerCapabilities capabilities() {
    McpSchema.ServerCapabilities.Builder can =
        McpSchema.ServerCapabilities.builder().logging().tools(true);
    boolean prompts = tools.catalogs().contains(Catalog.PROMPTS);
    boolean resources = tools.catalogs().contains(Catalog.RESOURCES);
    if (prompts) {
      can.prompts(true);
    }
    if (resources) {
      can.resources(true, true);
    }
    if (prompts || resources) {
      can.completions();
    }
    return can.build();
  }

  /**
   * Keeps a server that was built from the specification up to date with the set, from now until
   * {@link #close}. Completions of what is added later are not served, because the SDK takes them
   * only while a server is built.
   *
   * @return that server
   */
  public McpSyncServer follow(McpSyncServer sdkServer) {
    SdkChanges following = requireNonNull(changes);
    following.follow(sdkServer, tools);
    return sdkServer;
  }

  /** Ends it, as the class comment says. Harmless when repeated. */
  @Override
  public void close() {
    Optional.ofNullable(changes).ifPresent(SdkChanges::close);
    server.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static java.util.Objects.requireNonNull;

import dev.cleat.ClientFeatures;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.mcp.McpClient;
import io.modelcontextprotocol.client.McpClient.SyncSpec;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** Describes a client over a transport of the SDK; see {@link SdkClient#builder}. */
public final class SdkClientBuilder {
  /**
   * How long the SDK waits for an answer. Each call has a limit of its own here, which is to be the
   * one that ends it; a limit over a day is none.
   */
  private static final Duration SDK_TIMEOUT = Duration.ofDays(1);

  private final McpClientTransport transport;
  private Limits limits = Limits.defaults();
  private ClientFeatures features = ClientFeatures.NONE;
  private Consumer<SyncSpec> more = spec -> {};

  SdkClientBuilder(McpClientTransport transport) {
    this.transport = requireNonNull(transport);
  }

  /** Bounds other than the defaults. */
  public SdkClientBuilder limits(Limits newLimits) {
    limits = requireNonNull(newLimits);
    return this;
  }

  /**
   * What the client can do for the server: its capabilities are declared while connecting, and
   * roots are asked for then and never again, because the SDK keeps them.
   */
  public SdkClientBuilder features(ClientFeatures answers) {
    features = requireNonNull(answers);
    return this;
  }

  /**
   * Sets what else the SDK lets one set; run last. Handlers and capabilities set here take the
   * place of {@link #features}; consumers of notifications hear them too.
   */
  public SdkClientBuilder configure(Consumer<SyncSpec> settings) {
    more = more.andThen(settings);
    return this;
  }

  /**
   * Connects.
   *
   * @throws McpException.ConnectFailed when that does not succeed within {@link
   *     Limits#connectTimeout}; the transport is closed then
   */
  public McpClient connect() {
    SdkJson json = new SdkJson();
    SdkInbox inbox = new SdkInbox(json);
    String version =
        Objects.requireNonNullElse(SdkClient.class.getPackage().getImplementationVersion(), "0");
    SyncSpec spec =
        io.modelcontextprotocol.client.McpClient.sync(new ListeningTransport(transport, inbox))
            .clientInfo(Implementation.builder("cleat", version).build())
            .requestTimeout(SDK_TIMEOUT)
            .initializationTimeout(limits.connectTimeout());
    inbox.wire(spec, features);
    more.accept(spec);
    return SdkClient.connect(spec.build(), inbox, json, limits, features);
  }
}

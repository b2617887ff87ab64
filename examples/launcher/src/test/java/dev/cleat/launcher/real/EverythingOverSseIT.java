// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.http.HttpTransport;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.TransportProvider;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The reference server over HTTP+SSE, the transport of 2024-11-05. */
@ExtendWith(NoLeaks.class)
class EverythingOverSseIT extends EverythingContract {
  private static Listening everything;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    everything = Peers.prepared(folder).everythingOverHttp(folder, "sse", 0);
  }

  @AfterAll
  static void end() {
    if (everything != null) {
      everything.close();
    }
  }

  @Override
  ClientDefinition server() {
    return ClientDefinition.url(everything.url());
  }

  @Override
  TransportProvider transport() {
    return new HttpTransport();
  }
}

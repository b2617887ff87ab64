// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.TransportProvider;
import dev.cleat.stdio.CommandTransport;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The reference server as a child process of ours. */
@ExtendWith(NoLeaks.class)
class EverythingOverStdioIT extends EverythingContract {
  private static Peers peers;

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    peers = Peers.prepared(folder);
  }

  @Override
  ClientDefinition server() {
    return peers.everything();
  }

  @Override
  TransportProvider transport() {
    return new CommandTransport();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The official clients share one {@code ./cleat serve --http}. */
@ExtendWith(NoLeaks.class)
class ForeignClientsOverHttpIT extends ForeignClientsContract {
  @TempDir static Path folder;

  private static Peers peers;
  private static Listening served;

  static ForeignClient[] clients() {
    return ForeignClient.values();
  }

  @BeforeAll
  static void serve() throws Exception {
    peers = Peers.prepared(folder);
    served = Served.overHttp(folder, Served.gateway(peers));
  }

  @AfterAll
  static void end() throws Exception {
    if (served != null) {
      served.close();
    }
    Leftovers.assertNoneIn(folder);
  }

  @Override
  Seen see(ForeignClient client, Map<String, ?> plan) throws Exception {
    return peers.see(folder, client, Map.of("url", served.url()), plan);
  }
}

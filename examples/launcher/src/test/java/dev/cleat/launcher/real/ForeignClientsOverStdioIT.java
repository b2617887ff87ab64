// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each of the official clients starts a {@code ./cleat serve} of its own. */
@ExtendWith(NoLeaks.class)
class ForeignClientsOverStdioIT extends ForeignClientsContract {
  private static Peers peers;

  @TempDir Path scratch;

  /** Those that {@link ForeignClientsIT} does not try in the same way. */
  static Set<ForeignClient> clients() {
    return EnumSet.complementOf(EnumSet.of(ForeignClient.PYTHON_OLDER, ForeignClient.PYTHON_NEWER));
  }

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    peers = Peers.prepared(folder);
    Peers.build(folder, "cleat", "--version");
  }

  @AfterEach
  void nothingIsLeftRunning() throws Exception {
    Leftovers.assertNoneIn(scratch);
  }

  @Override
  Seen see(ForeignClient client, Map<String, ?> plan) throws Exception {
    Served.configure(scratch, Served.gateway(peers));
    List<String> command = List.of(Peers.ours("cleat"), "serve");
    return peers.see(scratch, client, Map.of("command", command), plan);
  }
}

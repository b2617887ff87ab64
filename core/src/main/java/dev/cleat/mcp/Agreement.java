// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Map;
import java.util.Optional;

/**
 * What a client and its server have agreed on while connecting.
 *
 * @param peer who the server is, and the revision that is spoken
 * @param capabilities what the server declares, as it is on the wire
 */
record Agreement(PeerInfo peer, Map<String, Object> capabilities) {
  /** Nothing yet. */
  static final Agreement NONE = new Agreement(new PeerInfo("", "", "", Optional.empty()), Map.of());

  boolean isStateless() {
    return ProtocolVersion.isStateless(peer.protocolVersion());
  }

  /** Whether the server declares that it has something of this. */
  boolean declares(String capability) {
    return Wire.object(capabilities.get(capability)).isPresent();
  }

  /** Whether the server declares that it does this with it. */
  boolean declares(String capability, String more) {
    return Wire.object(capabilities.get(capability))
        .filter(declared -> Boolean.TRUE.equals(declared.get(more)))
        .isPresent();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Access;
import dev.cleat.CacheHint;
import dev.cleat.Limits;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** What all connections of one server share. */
record ServerSettings(
    String name,
    String version,
    Optional<String> instructions,
    Access access,
    boolean assumeYes,
    Limits limits,
    CacheHint listCache,
    RequestState requestState,
    Catalogs catalogs,
    Executor handlers) {

  /** How the server says who it is. */
  Map<String, Object> serverInfo() {
    Map<String, Object> info = Wire.object("name", name);
    info.put("version", version);
    return info;
  }
}

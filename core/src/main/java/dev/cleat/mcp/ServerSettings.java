// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Access;
import dev.cleat.CacheHint;
import dev.cleat.Limits;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What all connections of one server share.
 *
 * @param serverInfo how the server says who it is, in every answer of the stateless era
 */
record ServerSettings(
    String name,
    Map<String, Object> serverInfo,
    Optional<String> instructions,
    Access access,
    boolean assumeYes,
    Limits limits,
    CacheHint listCache,
    RequestState requestState,
    Catalogs catalogs,
    Executor handlers) {}

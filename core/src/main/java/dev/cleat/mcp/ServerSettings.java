// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Access;
import dev.cleat.Limits;
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
    ServedTools tools,
    Executor handlers) {}

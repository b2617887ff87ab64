// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Optional;

/**
 * A place that a client's user works in.
 *
 * @param uri a {@code file:} URI
 * @param name for people
 */
public record Root(String uri, Optional<String> name) {}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Map;

/**
 * A request to read a resource.
 *
 * @param uri which one
 * @param variables what the variables of its template stand for in that URI; empty without template
 */
public record ResourceRead(String uri, Map<String, String> variables) {}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance.real;

import java.util.List;
import java.util.Map;

/**
 * One thing that a scenario has looked at.
 *
 * @param id which one
 * @param status SUCCESS, FAILURE, WARNING, SKIPPED or INFO
 * @param message what was wrong
 */
record Check(String id, String status, String message) {
  static Check of(Map<?, ?> json) {
    return new Check(
        String.valueOf(json.get("id")),
        String.valueOf(json.get("status")),
        json.get("errorMessage") instanceof String message ? message : "");
  }

  /** Fails unless something was found good and nothing bad, doubtful included. */
  static void assertAllGood(List<Check> checks, List<String> tolerated) {
    List<Check> bad =
        checks.stream()
            .filter(check -> List.of("FAILURE", "WARNING").contains(check.status))
            .filter(check -> !tolerated.contains(check.id))
            .toList();
    boolean anyGood = checks.stream().anyMatch(check -> check.status.equals("SUCCESS"));
    if (!bad.isEmpty() || !anyGood) {
      throw new AssertionError(bad.isEmpty() ? "Nothing was checked: " + checks : bad.toString());
    }
  }
}

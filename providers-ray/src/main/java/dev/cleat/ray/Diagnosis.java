// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One sentence from many facts: why a job does not start. Pure. */
final class Diagnosis {
  private Diagnosis() {}

  /**
   * Why no node can ever start what wants these resources; empty when one could.
   *
   * @param nodes with what they have in all
   */
  static Optional<String> infeasible(Map<String, Double> wants, List<RayNode> nodes) {
    List<RayNode> alive = nodes.stream().filter(RayNode::alive).toList();
    boolean fits =
        alive.stream()
            .anyMatch(
                node ->
                    wants.entrySet().stream()
                        .allMatch(want -> node.total(want.getKey()) >= want.getValue()));
    if (fits || wants.isEmpty()) {
      return Optional.empty();
    }
    List<String> lacking = new ArrayList<>();
    wants.forEach(
        (resource, amount) -> {
          double most = alive.stream().mapToDouble(node -> node.total(resource)).max().orElse(0);
          if (most < amount) {
            lacking.add(
                resource
                    + " "
                    + number(amount)
                    + ", and the most that one node has is "
                    + number(most));
          }
        });
    return Optional.of(
        lacking.isEmpty()
            ? "No one node has all of " + wants(wants) + "."
            : "No node has " + String.join("; nor ", lacking) + ".");
  }

  /** Why a job is still pending. */
  static String whyPending(Optional<StateApi.Supervisor> supervisor, List<RayNode> nodes) {
    if (supervisor.isEmpty()) {
      return "Ray has not begun to start it.";
    }
    Map<String, Double> wants = supervisor.get().wants();
    if (supervisor.get().state().equals("ALIVE")) {
      return "It is being started: its runtime environment is set up.";
    }
    if (wants.isEmpty()) {
      return "Its supervisor is "
          + supervisor.get().state()
          + ": its runtime environment is being set up, or the head has no room for it.";
    }
    return infeasible(wants, nodes)
        .map(why -> why + " It starts only when such a node joins.")
        .orElse("It wants " + wants(wants) + ", which a node has, but others use it now.");
  }

  /** Such as {@code CPU 2, GPU 1}. */
  static String wants(Map<String, Double> wants) {
    List<String> words = new ArrayList<>();
    wants.forEach((resource, amount) -> words.add(resource + " " + number(amount)));
    return String.join(", ", words);
  }

  static String number(double amount) {
    return amount == Math.rint(amount)
        ? String.format(Locale.ROOT, "%.0f", amount)
        : String.format(Locale.ROOT, "%.2f", amount);
  }
}

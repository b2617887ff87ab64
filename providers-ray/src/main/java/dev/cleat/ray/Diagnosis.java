// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Why something does not start, in a sentence. Pure. */
final class Diagnosis {
  private static final double MEGABYTE = 1e6;

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
    new TreeMap<>(wants)
        .forEach(
            (resource, amount) -> {
              double most =
                  alive.stream().mapToDouble(node -> node.total(resource)).max().orElse(0);
              if (most < amount) {
                lacking.add(
                    resource
                        + " "
                        + amount(resource, amount)
                        + ", and the most that one node has is "
                        + amount(resource, most));
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
    Need need = supervisor.get().need();
    if (supervisor.get().state().equals("ALIVE")) {
      return "It is being started: its runtime environment is set up.";
    }
    Optional<String> infeasible = need.infeasibleOn(nodes);
    if (infeasible.isPresent()) {
      return infeasible.get() + " It starts only when such a node joins.";
    }
    if (need.resources().isEmpty()) {
      return "Its supervisor is "
          + supervisor.get().state()
          + ": its runtime environment is being set up, or the head has no room for it.";
    }
    return "It wants " + wants(need.resources()) + ", which a node has, but others use it now.";
  }

  /** Such as {@code CPU 2, GPU 1}. */
  static String wants(Map<String, Double> wants) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(wants)
        .forEach((resource, amount) -> words.add(resource + " " + amount(resource, amount)));
    return String.join(", ", words);
  }

  // Ray counts memory in bytes.
  private static String amount(String resource, double amount) {
    return resource.endsWith("memory") && amount >= MEGABYTE
        ? String.format(Locale.ROOT, "%.1f GB", amount / 1000 / MEGABYTE)
        : number(amount);
  }

  static String number(double amount) {
    return amount == Math.rint(amount)
        ? String.format(Locale.ROOT, "%.0f", amount)
        : String.format(Locale.ROOT, "%.2f", amount);
  }
}

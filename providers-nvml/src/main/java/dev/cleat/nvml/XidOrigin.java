// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.XidIncident.Origin;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says of each incident whether the program or the hardware is to blame, and on what grounds. This
 * is Cleat's opinion.
 */
final class XidOrigin {

  /** So many programs with faults on one GPU, and on no other, and the GPU is suspect. */
  static final int SUSPECT_PROGRAMS = 3;

  private static final int NVLINK5_FIRST = 144;
  private static final int NVLINK5_LAST = 150;

  private XidOrigin() {}

  static List<XidIncident> judge(List<XidIncident> incidents) {
    Map<PciAddress, Set<String>> programsOf = new HashMap<>();
    Map<String, Set<PciAddress>> boardsOf = new HashMap<>();
    for (XidIncident incident : incidents) {
      if (XidIncidents.PROGRAM.contains(incident.cause().code())) {
        String program = program(incident.cause());
        for (PciAddress board : incident.boards()) {
          programsOf.computeIfAbsent(board, b -> new HashSet<>()).add(program);
          boardsOf.computeIfAbsent(name(incident.cause()), p -> new HashSet<>()).add(board);
        }
      }
    }
    return incidents.stream()
        .map(
            incident -> {
              Opinion opinion = opinion(incident, programsOf, boardsOf);
              return new XidIncident(
                  incident.cause(), incident.events(), opinion.origin(), opinion.why());
            })
        .toList();
  }

  private record Opinion(Origin origin, String why) {}

  private static Opinion opinion(
      XidIncident incident,
      Map<PciAddress, Set<String>> programsOf,
      Map<String, Set<PciAddress>> boardsOf) {
    int code = incident.cause().code();
    if (XidIncidents.MEMORY.contains(code)) {
      return new Opinion(Origin.HARDWARE, "GPU memory reported the error");
    }
    if (code == XidParser.LOST || incident.has(XidParser.LOST)) {
      return new Opinion(Origin.HARDWARE, "the GPU can no longer be reached over the bus");
    }
    if (XidIncidents.GSP.contains(code)) {
      return new Opinion(
          Origin.DRIVER, "the GPU's own processor (GSP) stopped to answer the driver");
    }
    if (code == 45) {
      return incident
          .cause()
          .number("caused_by")
          .map(
              named ->
                  new Opinion(
                      Origin.UNCLEAR,
                      "clean-up after XID " + named + ", which this log does not hold"))
          .orElse(
              new Opinion(
                  Origin.UNCLEAR,
                  "clean-up without a cause in this log: a program was ended, or the cause is not in this log"));
    }
    if (code >= NVLINK5_FIRST && code <= NVLINK5_LAST) {
      String word = incident.cause().text("severity").orElse("nothing of how bad it is");
      return new Opinion(
          Origin.UNCLEAR,
          "the line says "
              + word
              + "; NVIDIA's table of NVLink 5 sub-codes is not part of this build");
    }
    if (XidIncidents.PROGRAM.contains(code)) {
      return program(incident, programsOf, boardsOf);
    }
    return new Opinion(Origin.UNCLEAR, "this code alone does not tell");
  }

  private static Opinion program(
      XidIncident incident,
      Map<PciAddress, Set<String>> programsOf,
      Map<String, Set<PciAddress>> boardsOf) {
    String name = name(incident.cause());
    int boards = boardsOf.getOrDefault(name, Set.of()).size();
    if (boards > 1 && incident.cause().process().isPresent()) {
      return new Opinion(Origin.PROGRAM, "the same program failed on " + boards + " GPUs");
    }
    Optional<PciAddress> board = incident.cause().board();
    int programs = board.map(b -> programsOf.getOrDefault(b, Set.of()).size()).orElse(0);
    if (programs >= SUSPECT_PROGRAMS) {
      return new Opinion(
          Origin.HARDWARE,
          programs + " different programs failed on this GPU and on no other: suspect it");
    }
    return new Opinion(Origin.PROGRAM, "this code is mostly a fault of the program");
  }

  private static String name(XidEvent event) {
    return event.process().orElse("?");
  }

  private static String program(XidEvent event) {
    return name(event) + "/" + event.pid().map(String::valueOf).orElse("?");
  }
}

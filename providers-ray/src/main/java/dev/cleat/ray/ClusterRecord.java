// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is written down of a cluster that was started here. It is one immutable value, replaced as a
 * whole with every change, so that whoever comes after a launcher that was killed finds all of it.
 *
 * @param name what the cluster is called
 * @param directory of this one start and no other: Ray's files are in it
 * @param phase what is happening to it
 * @param machine where its processes are
 * @param owner the JVM that started it
 * @param changer the JVM that made the last change
 * @param dashboard the address of its dashboard, once there is one
 * @param gcs the address of its GCS, likewise
 * @param labels of every node
 * @param template what the next worker is like
 * @param workers how many workers it has had so far
 * @param nodes the head, and the workers in the order of their start
 */
record ClusterRecord(
    String name,
    Path directory,
    Phase phase,
    Machine machine,
    ProcessId owner,
    ProcessId changer,
    Optional<String> dashboard,
    Optional<String> gcs,
    Map<String, String> labels,
    NodeSpec template,
    int workers,
    List<LocalNode> nodes) {
  /** What is happening to a cluster. */
  enum Phase {
    STARTING,
    READY,
    ENDING
  }

  // Of the one layout that this version writes and reads.
  private static final int FORMAT = 1;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Pattern DIRECTORY = Pattern.compile("cleat-ray-[a-z0-9]{8}");

  ClusterRecord {
    labels = Map.copyOf(labels);
    nodes = List.copyOf(nodes);
  }

  Optional<LocalNode> head() {
    return nodes.stream().filter(LocalNode::head).findFirst();
  }

  List<LocalNode> workerNodes() {
    return nodes.stream().filter(node -> !node.head()).toList();
  }

  /** Whether any process that was started for it runs. */
  boolean runs() {
    return machine.isHere() && nodes.stream().anyMatch(node -> node.process().runs());
  }

  /** Whether what this record says was begun, and given up by whoever began it. */
  boolean isAbandoned() {
    return phase != Phase.READY && (changer.equals(ProcessId.self()) || !changer.runs());
  }

  /** Whether it ended by itself, and nobody is there who would have to hear of it. */
  boolean isForgotten() {
    return machine.isHereEarlier() || (!runs() && !owner.runs());
  }

  ClusterRecord in(Phase next) {
    return new ClusterRecord(
        name,
        directory,
        next,
        machine,
        owner,
        ProcessId.self(),
        dashboard,
        gcs,
        labels,
        template,
        workers,
        nodes);
  }

  ClusterRecord at(String newDashboard, String newGcs) {
    return new ClusterRecord(
        name,
        directory,
        phase,
        machine,
        owner,
        changer,
        Optional.of(newDashboard),
        Optional.of(newGcs),
        labels,
        template,
        workers,
        nodes);
  }

  /** The same with a node more, or with what is new about one. */
  ClusterRecord with(LocalNode node) {
    List<LocalNode> all = new ArrayList<>();
    boolean known = false;
    for (LocalNode other : nodes) {
      known = known || other.number() == node.number();
      all.add(other.number() == node.number() ? node : other);
    }
    if (!known) {
      all.add(node);
    }
    return withNodes(all, node.head() ? template : node.spec().unnamed());
  }

  ClusterRecord without(List<LocalNode> gone) {
    return withNodes(nodes.stream().filter(node -> !gone.contains(node)).toList(), template);
  }

  private ClusterRecord withNodes(List<LocalNode> all, NodeSpec nextTemplate) {
    int most = all.stream().mapToInt(LocalNode::number).max().orElse(0);
    return new ClusterRecord(
        name,
        directory,
        phase,
        machine,
        owner,
        changer,
        dashboard,
        gcs,
        labels,
        nextTemplate,
        Math.max(workers, most),
        all);
  }

  byte[] toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("name", name);
    json.put("directory", directory.toString());
    json.put("phase", phase.name());
    json.put(
        "machine",
        Map.of("host", machine.host(), "boot", machine.boot(), "processes", machine.processes()));
    json.put("owner", Map.of("pid", owner.pid(), "start", owner.start()));
    json.put("changer", Map.of("pid", changer.pid(), "start", changer.start()));
    json.put("dashboard", dashboard.orElse(""));
    json.put("gcs", gcs.orElse(""));
    json.put("labels", labels);
    json.put("template", template.toJson());
    json.put("workers", workers);
    json.put("nodes", nodes.stream().map(LocalNode::toJson).toList());
    return RayJson.write(json);
  }

  /** Empty when it is not what this version writes. */
  static Optional<ClusterRecord> read(byte[] bytes) {
    try {
      JsonNode json = MAPPER.readTree(bytes);
      Path directory = Path.of(json.path("directory").asText());
      // It is deleted with all that is in it one day, so it must be one of ours.
      if (json.path("format").asInt() != FORMAT
          || !directory.isAbsolute()
          || !DIRECTORY.matcher(String.valueOf(directory.getFileName())).matches()) {
        return Optional.empty();
      }
      List<LocalNode> nodes = new ArrayList<>();
      json.path("nodes").forEach(node -> nodes.add(LocalNode.read(node)));
      JsonNode machine = json.path("machine");
      return Optional.of(
          new ClusterRecord(
              json.path("name").asText(),
              directory,
              Phase.valueOf(json.path("phase").asText()),
              new Machine(
                  machine.path("host").asText(),
                  machine.path("boot").asText(),
                  machine.path("processes").asText()),
              process(json.path("owner")),
              process(json.path("changer")),
              RayJson.text(json, "dashboard"),
              RayJson.text(json, "gcs"),
              RayJson.texts(json.path("labels")),
              NodeSpec.read(json.path("template")),
              json.path("workers").asInt(),
              nodes));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static ProcessId process(JsonNode node) {
    return new ProcessId(node.path("pid").asLong(), node.path("start").asText());
  }
}

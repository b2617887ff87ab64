// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cleat.Doc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the agent of a node measures there, of what Ray's dashboard sends of it. Pure. */
final class NodeView {
  /** A file system. */
  record Disk(String path, long usedBytes, long totalBytes, double percent) {}

  /** A GPU as the node's driver counts it. */
  record Gpu(
      int index,
      String name,
      @Doc("How much of the time it computed.") Optional<Double> utilizationPercent,
      long memoryUsedMb,
      long memoryTotalMb) {}

  /** A process of Ray. */
  record Running(
      int pid,
      @Doc("ray::NAME is a worker that runs the task or actor NAME; ray::IDLE has nothing to do.")
          String what,
      @Doc("Resident memory.") long memoryBytes,
      Optional<Double> cpuPercent,
      @Doc("Ray's own id of its job.") Optional<String> jobId) {}

  // A driver's command line can hold anything; its program and script tell enough.
  private static final int SHOWN_ARGUMENTS = 2;
  private static final String NO_JOB = "ffffffff";

  private final JsonNode detail;

  NodeView(JsonNode detail) {
    this.detail = detail;
  }

  /** Whether the agent has told anything. */
  boolean known() {
    return detail.path("mem").path(0).isNumber();
  }

  Optional<Double> cpuPercent() {
    return number(detail.path("cpu"));
  }

  /** Over 1, 5 and 15 minutes. */
  List<Double> loadAverage() {
    List<Double> load = new ArrayList<>();
    for (JsonNode average : detail.path("loadAvg").path(0)) {
      load.add(Math.round(average.asDouble() * 100) / 100.0);
    }
    return load;
  }

  long memoryTotal() {
    return detail.path("mem").path(0).asLong();
  }

  long memoryUsed() {
    return detail.path("mem").path(3).asLong(memoryTotal() - detail.path("mem").path(1).asLong());
  }

  long storeUsed() {
    return detail.path("raylet").path("objectStoreUsedMemory").asLong();
  }

  long storeTotal() {
    return storeUsed() + detail.path("raylet").path("objectStoreAvailableMemory").asLong();
  }

  List<Disk> disks() {
    List<Disk> disks = new ArrayList<>();
    detail
        .path("disk")
        .properties()
        .forEach(
            disk ->
                disks.add(
                    new Disk(
                        Wording.oneLine(disk.getKey(), 200),
                        disk.getValue().path("used").asLong(),
                        disk.getValue().path("total").asLong(),
                        disk.getValue().path("percent").asDouble())));
    return StateBounds.listed(disks);
  }

  List<Gpu> gpus() {
    List<Gpu> gpus = new ArrayList<>();
    for (JsonNode gpu : detail.path("gpus")) {
      gpus.add(
          new Gpu(
              gpu.path("index").asInt(gpus.size()),
              Wording.oneLine(gpu.path("name").asText("GPU"), 100),
              number(gpu.path("utilizationGpu")),
              gpu.path("memoryUsed").asLong(),
              gpu.path("memoryTotal").asLong()));
    }
    return StateBounds.listed(gpus);
  }

  /** Those with most memory first. */
  List<Running> processes() {
    List<Running> processes = new ArrayList<>();
    for (JsonNode worker : detail.path("workers")) {
      processes.add(
          new Running(
              worker.path("pid").asInt(),
              what(worker.path("cmdline")),
              worker.path("memoryInfo").path("rss").asLong(),
              number(worker.path("cpuPercent")),
              RayJson.text(worker, "jobId").filter(id -> !id.equals(NO_JOB))));
    }
    processes.sort(Comparator.comparingLong(Running::memoryBytes).reversed());
    return processes.subList(0, Math.min(processes.size(), StateBounds.TOP_PROCESSES));
  }

  int processCount() {
    return detail.path("workers").size();
  }

  // Ray overwrites the command line of a worker and leaves blanks in place of its arguments.
  private static String what(JsonNode commandLine) {
    List<String> words = new ArrayList<>();
    for (JsonNode word : commandLine) {
      if (!word.asText().isEmpty() && words.size() < SHOWN_ARGUMENTS) {
        words.add(word.asText());
      }
    }
    return Redaction.GENERAL.text(
        Wording.oneLine(String.join(" ", words), Bounds.LISTED_ENTRYPOINT_CHARS));
  }

  private static Optional<Double> number(JsonNode value) {
    return value.isNumber() ? Optional.of(value.doubleValue()) : Optional.empty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Map;

/** What to do, in words: NVIDIA's action buckets and the driver's recovery actions spelled out. */
final class Advice {

  static final int RECOVERY_NONE = 0;

  private static final Map<Integer, String> RECOVERY =
      Map.of(
          0, "None",
          1, "GPU Reset Required",
          2, "Node Reboot Required",
          3, "Drain P2P",
          4, "Drain and Reset");

  private static final Map<Integer, String> RECOVERY_STEPS =
      Map.of(
          1, "Drain %s of work, then reset it (nvidia-smi -r) or reboot the node.",
          2, "Drain the node and reboot it.",
          3, "End the peer-to-peer work on %s; new work that uses it may fail.",
          4, "Let no new work onto %s; once it has drained, reset it.");

  private static final Map<String, String> BUCKETS =
      Map.ofEntries(
          Map.entry("IGNORE", "Nothing to do at once."),
          Map.entry("RESTART_APP", "Restart the program that was hit."),
          Map.entry("RESET_GPU", "Drain %s and reset it."),
          Map.entry("RESTART_VM", "Restart the virtual machine."),
          Map.entry("RESTART_BM", "Drain the node and reboot it."),
          Map.entry("RESTART_FM", "Restart the fabric manager."),
          Map.entry("CONTACT_SUPPORT", "Collect nvidia-bug-report.sh and contact the vendor."),
          Map.entry("CHECK_MECHANICALS", "Check power cables and seating of the board."),
          Map.entry("CHECK_UVM", "Check what the unified-memory driver reports beside it."),
          Map.entry("CHECK_APP/CUDA", "Check the program and its CUDA calls."),
          Map.entry("UPDATE_SWFW", "Update driver and firmware."),
          Map.entry("XID_154", "Do what the driver's recovery action says."),
          Map.entry(
              "WORKFLOW_XID_13",
              "Check the program first; if other programs fail on this GPU too, test the GPU."),
          Map.entry(
              "WORKFLOW_XID_31",
              "Check the program first; if other programs fail on this GPU too, test the GPU."),
          Map.entry(
              "WORKFLOW_XID_45",
              "Look for the fault that came before it; alone it is the end of a program."),
          Map.entry(
              "WORKFLOW_XID_48",
              "Drain %s and reset it, so that the bad memory row is replaced; if it comes back, replace the GPU."),
          Map.entry(
              "WORKFLOW_NVLINK_ERR",
              "If it repeats, reset the GPUs at both ends of the link; then check the board."),
          Map.entry(
              "WORKFLOW_NVLINK5_ERR",
              "Follow the driver's recovery action; if it repeats on one link, check that link."));

  private Advice() {}

  static String recoveryName(int action) {
    return RECOVERY.getOrDefault(action, "not known to this build");
  }

  static String recovery(int action, String gpu) {
    String step =
        RECOVERY_STEPS.getOrDefault(
            action,
            "Let no new work onto %s and look the recovery action up in the driver's documentation.");
    return step.replace("%s", gpu);
  }

  /** The words for one of NVIDIA's buckets; an empty or unknown one has none of NVIDIA's. */
  static String bucket(String bucket, String gpu) {
    return BUCKETS
        .getOrDefault(bucket, "NVIDIA's catalogue names no action; watch whether it comes again.")
        .replace("%s", gpu);
  }
}

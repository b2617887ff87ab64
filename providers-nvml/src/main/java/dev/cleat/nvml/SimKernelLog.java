// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the kernel of a simulated machine logged, as kmsg records, in the driver's own words. */
final class SimKernelLog {

  /** How long before the simulation began the trouble did. */
  static final Duration TROUBLE_BEFORE_START = Duration.ofMinutes(12);

  private static final String UNKNOWN_PROGRAM = "pid='<unknown>', name=<unknown>, ";

  private final List<String> lines = new ArrayList<>();
  private final SimGpu sick;
  private final long troubleMicros;
  private int seq = 1_000;

  private SimKernelLog(SimGpu sick, Duration uptime) {
    this.sick = sick;
    this.troubleMicros = uptime.minus(TROUBLE_BEFORE_START).toNanos() / 1_000;
  }

  static List<String> lines(
      SimScenario scenario, SimGpu sick, List<PciAddress> bus, Duration uptime) {
    SimKernelLog log = new SimKernelLog(sick, uptime);
    log.record(5, 11_000_000, "NVRM: loading NVIDIA UNIX Open Kernel Module");
    bus.forEach(
        pci ->
            log.record(6, 12_000_000, "nvidia " + pci.text() + ": enabling device (0000 -> 0002)"));
    log.trouble(scenario);
    return log.lines;
  }

  private void trouble(SimScenario scenario) {
    switch (scenario) {
      case LOST -> {
        xid(0, "79, pid=48211, name=train_llm, GPU has fallen off the bus.");
        say(40, "NVRM: GPU " + sick.pci.text() + ": GPU has fallen off the bus.");
        xid(900, "154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)");
      }
      case RESET_REQUIRED -> {
        say(
            0,
            "NVRM: nvAssertOkFailedNoLog: Assertion failed: Reset required [NV_ERR_RESET_REQUIRED] (0x00000062) returned from status @ kernel_channel.c:2827");
        xid(120, "154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");
      }
      case COUNT_MISMATCH -> {
        say(0, "NVRM: The NVIDIA GPU " + sick.pci.text());
        say(0, "NVRM: (PCI ID: 10de:" + sick.model.deviceId + ") installed in this system has");
        say(0, "NVRM: fallen off the bus and is not responding to commands.");
      }
      case DBE_NEW -> {
        xid(
            0,
            "48, "
                + UNKNOWN_PROGRAM
                + "An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at physical address 0x4a1f00200 partition 6, subpartition 0.");
        xid(210, "94, pid=48211, name=train_llm, Contained: SM (0x1). RST: No, D-RST: No");
      }
      case REMAP_PENDING ->
          xid(
              0,
              "63, "
                  + UNKNOWN_PROGRAM
                  + "Row Remapper: New row (0x0000000018f31d80) marked for remapping, reset gpu to activate.");
      case REMAP_FAILED ->
          xid(
              0,
              "64, "
                  + UNKNOWN_PROGRAM
                  + "Row Remapper: Row (0x0000000018f31d80) could not be remapped.");
      case NVLINK_DOWN ->
          xid(
              0,
              "74, "
                  + UNKNOWN_PROGRAM
                  + "NVLink: fatal error detected on link 3(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
      case APP_FAULT -> {
        xid(
            0,
            "31, pid=51007, name=infer.py, Ch 0000003b, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_3 faulted @ 0x7f21_0c3c0000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ");
        xid(35, "43, pid=51007, name=infer.py, Ch 0000003b");
        xid(61, "45, pid=51007, name=infer.py, Ch 0000003c");
      }
      case MEMORY_CASCADE -> {
        xid(
            0,
            "48, "
                + UNKNOWN_PROGRAM
                + "An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at physical address 0x4a1f00200 partition 6, subpartition 0.");
        xid(
            180,
            "63, "
                + UNKNOWN_PROGRAM
                + "Row Remapper: New row (0x0000000018f31d80) marked for remapping, reset gpu to activate.");
        xid(410, "94, pid=48211, name=train_llm, Contained: SM (0x1). RST: No, D-RST: No");
        for (int channel = 0; channel < 3; channel++) {
          xid(
              900 + channel,
              "45, pid=48211, name=train_llm, Ch 0000001" + channel + " caused by previous Xid 94");
        }
        xid(1_600, "154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");
      }
      case GSP_TIMEOUT -> {
        for (int call = 0; call < 4; call++) {
          xid(
              45_000L * call,
              "119, pid=4412, name=nv-hostengine, Timeout after 45s of waiting for RPC response from GPU5 GSP! Expected function 76 (GSP_RM_CONTROL) (0x20803039 0xb0).");
        }
        xid(
            135_200,
            "154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");
      }
      default -> {}
    }
  }

  private void xid(long afterMillis, String rest) {
    String address = sick.pci.text();
    say(afterMillis, "NVRM: Xid (PCI:" + address.substring(0, address.indexOf('.')) + "): " + rest);
  }

  private void say(long afterMillis, String text) {
    record(3, troubleMicros + afterMillis * 1_000, text);
  }

  private void record(int prefix, long micros, String text) {
    lines.add(String.format(Locale.ROOT, "%d,%d,%d,-;%s", prefix, seq++, micros, text));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the NVIDIA driver writes to the kernel log. Give it the records of one log in their
 * order: some reports are told over several records.
 *
 * <p>Only text that begins as the driver's does is read; another program's text about an XID is not
 * one. Whatever the text, the time taken is linear in its length and nothing is thrown.
 */
final class XidParser {

  static final int LOST = 79;
  static final int RECOVERY = 154;

  private static final String DRIVER = "NVRM: ";
  private static final String SWITCH = "nvidia-nvswitch";
  private static final int LOST_WITHIN_RECORDS = 8;

  // The GPU that "The NVIDIA GPU ... installed in this system has" named, until its sentence ends
  // or too much came between.
  private Optional<String> sentenceAbout = Optional.empty();
  private int sentenceAge;

  Optional<XidEvent> parse(KernelRecord record) {
    String text = record.text();
    if (text.startsWith(DRIVER)) {
      String said = text.substring(DRIVER.length()).strip();
      return said.startsWith("Xid (") ? xid(record, said) : spoken(record, said);
    }
    return text.startsWith(SWITCH) ? sxid(record, text) : Optional.empty();
  }

  private static Optional<XidEvent> xid(KernelRecord record, String said) {
    Optional<Head> found = Head.of(said, "Xid (");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Head head = found.get();
    Tail tail = Tail.of(head.rest());
    Map<String, Object> details = new HashMap<>(XidDetails.of(head.code(), tail.message()));
    boolean verdict = head.code() == RECOVERY;
    return Optional.of(
        new XidEvent(
            verdict ? XidEvent.Kind.RECOVERY_ACTION : XidEvent.Kind.XID,
            head.code(),
            head.pciText(),
            head.pci(),
            head.gpuInstance(),
            tail.pid(),
            tail.process(),
            details,
            record.cut() || head.cut() || tail.message().isEmpty() || openEnded(tail.message()),
            record));
  }

  private static boolean openEnded(String message) {
    int open = 0;
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return open > 0 || message.endsWith(",");
  }

  private static Optional<XidEvent> sxid(KernelRecord record, String text) {
    int end = Scan.digitsEnd(text, SWITCH.length());
    Optional<Integer> number = Scan.integer(text.substring(SWITCH.length(), end));
    if (number.isEmpty() || !text.startsWith(": SXid (", end)) {
      return Optional.empty();
    }
    Optional<Head> found = Head.of(text.substring(end + 2), "SXid (");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Head head = found.get();
    String message = head.rest();
    Map<String, Object> details = new HashMap<>();
    details.put("nvswitch", number.get());
    if (message.startsWith("Fatal")) {
      details.put("fatal", true);
    } else if (message.regionMatches(true, 0, "Non-fatal", 0, 9)) {
      details.put("fatal", false);
    }
    if (message.startsWith("Data {") || message.startsWith("Severity ")) {
      details.put("continuation", true);
    }
    Scan.afterWord(message, "Link ", " ,(")
        .flatMap(Scan::integer)
        .ifPresent(link -> details.put("link", link));
    return Optional.of(
        new XidEvent(
            XidEvent.Kind.SXID,
            head.code(),
            head.pciText(),
            head.pci(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            details,
            record.cut() || head.cut(),
            record));
  }

  /** Sentences of the driver without a code. */
  private Optional<XidEvent> spoken(KernelRecord record, String said) {
    if (said.contains("NV_ERR_RESET_REQUIRED")) {
      return Optional.of(codeless(XidEvent.Kind.RESET_HINT, 0, "", Map.of(), record));
    }
    Optional<String> named = Scan.between(said, "The NVIDIA GPU ", " ").or(() -> startingGpu(said));
    Optional<String> subject =
        named.or(() -> sentenceAge < LOST_WITHIN_RECORDS ? sentenceAbout : Optional.empty());
    if (subject.isPresent() && said.contains("fallen off the bus")) {
      sentenceAbout = Optional.empty();
      return Optional.of(
          codeless(XidEvent.Kind.GPU_LOST, LOST, subject.get(), Map.of("inferred", true), record));
    }
    if (named.isPresent() && said.startsWith("The NVIDIA GPU ")) {
      sentenceAbout = named;
      sentenceAge = 0;
    } else {
      sentenceAge++;
    }
    return Optional.empty();
  }

  /** {@code GPU 0000:3b:00.0: GPU has fallen off the bus.} */
  private static Optional<String> startingGpu(String said) {
    if (!said.startsWith("GPU ")) {
      return Optional.empty();
    }
    int end = said.indexOf(' ', 4);
    String word = said.substring(4, end < 0 ? said.length() : end);
    String address = word.endsWith(":") ? word.substring(0, word.length() - 1) : word;
    return PciAddress.parse(address).map(pci -> address);
  }

  private static XidEvent codeless(
      XidEvent.Kind kind, int code, String pci, Map<String, Object> details, KernelRecord record) {
    return new XidEvent(
        kind,
        code,
        pci,
        PciAddress.parse(pci),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        details,
        record.cut(),
        record);
  }

  /** {@code Xid (PCI:0000:3b:00 GPU-I:05): 79, } and what follows. */
  private record Head(
      String pciText,
      Optional<PciAddress> pci,
      Optional<Integer> gpuInstance,
      int code,
      boolean cut,
      String rest) {

    static Optional<Head> of(String text, String opening) {
      int close = text.indexOf(')');
      if (close < 0 || close > 128) {
        return Optional.empty();
      }
      String[] inside = text.substring(opening.length(), close).strip().split(" ");
      String pciText = inside[0].startsWith("PCI:") ? inside[0].substring(4) : inside[0];
      Optional<Integer> instance = Optional.empty();
      for (String part : inside) {
        if (part.startsWith("GPU-I:")) {
          instance = Scan.integer(part.substring("GPU-I:".length()));
        }
      }
      int start = close + 1;
      while (start < text.length() && (text.charAt(start) == ':' || text.charAt(start) == ' ')) {
        start++;
      }
      int end = Scan.digitsEnd(text, start);
      Optional<Integer> code = Scan.integer(text.substring(start, end));
      boolean ended = end == text.length();
      if (code.isEmpty() || !ended && text.charAt(end) != ',' && text.charAt(end) != ' ') {
        return Optional.empty();
      }
      String rest = ended ? "" : text.substring(end + 1).strip();
      return Optional.of(
          new Head(pciText, PciAddress.parse(pciText), instance, code.get(), ended, rest));
    }
  }

  /** {@code pid=12, name=python3, } and the message. */
  private record Tail(Optional<Long> pid, Optional<String> process, String message) {

    static Tail of(String text) {
      String rest = text;
      Optional<Long> pid = Optional.empty();
      Optional<String> process = Optional.empty();
      if (rest.startsWith("pid=")) {
        pid = known(value(rest)).flatMap(KmsgFrame::number);
        rest = after(rest);
      }
      if (rest.startsWith("name=")) {
        process = known(value(rest));
        rest = after(rest);
      }
      return new Tail(pid, process, rest);
    }

    private static String value(String text) {
      int comma = text.indexOf(',');
      String value =
          text.substring(text.indexOf('=') + 1, comma < 0 ? text.length() : comma).strip();
      boolean quoted = value.length() > 1 && value.startsWith("'") && value.endsWith("'");
      return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static Optional<String> known(String value) {
      return value.isEmpty() || value.equals("<unknown>") ? Optional.empty() : Optional.of(value);
    }

    private static String after(String text) {
      int comma = text.indexOf(',');
      return comma < 0 ? "" : text.substring(comma + 1).strip();
    }
  }
}

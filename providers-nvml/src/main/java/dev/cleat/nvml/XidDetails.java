// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the message of an XID tells beyond its code. Every field is optional, as drivers word their
 * lines differently.
 */
final class XidDetails {

  private static final int MOST_WORDS = 8;
  private static final int MOST_CHARS = 96;

  private final Map<String, Object> found = new HashMap<>();

  private XidDetails() {}

  static Map<String, Object> of(int code, String message) {
    XidDetails details = new XidDetails();
    details.channel(message);
    switch (code) {
      case 13 -> details.exception(message);
      case 31 -> details.mmuFault(message);
      case 45 ->
          details.integer("caused_by", Scan.between(message, "caused by previous Xid ", " ,."));
      case 48 -> details.doubleBit(message);
      case 63, 64 -> details.row(message);
      case 74 -> details.nvlink(message);
      case 94, 95 -> details.containment(message);
      case 109 -> details.text("info", Scan.afterWord(message, "Info ", " ,"));
      case 119 -> details.gspTimeout(message);
      case 120 -> details.text("gsp_cause", Scan.between(message, "(cause:", " )"));
      case 144, 145, 146, 147, 148, 149, 150 -> details.nvlink5(message);
      case XidParser.RECOVERY -> details.recovery(message);
      default -> {}
    }
    return details.found;
  }

  private void channel(String message) {
    for (String word : List.of("Channel ID ", "channel ", "ChID ", "ChId ", "Ch ")) {
      Optional<String> value = Scan.afterWord(message, word, " ,").filter(Scan::isHex);
      if (value.isPresent()) {
        text("channel", value);
        return;
      }
    }
  }

  private void exception(String message) {
    int place = message.indexOf("GPC ");
    if (place >= 0) {
      String where = message.substring(place);
      integer("gpc", Scan.afterWord(where, "GPC ", " ,)"));
      integer("tpc", Scan.afterWord(where, "TPC ", " ,)"));
      integer("sm", Scan.afterWord(where, "SM ", " ,)"));
      text("reason", Scan.between(where, "): ", "\n"));
    }
  }

  private void mmuFault(String message) {
    text("mmu_engine", Scan.afterWord(message, "ENGINE ", " ,"));
    text("fault_type", Scan.between(message, "Fault is of type ", " ,"));
    text("access", Scan.between(message, "ACCESS_TYPE_", " ,").map(type -> "ACCESS_TYPE_" + type));
    text(
        "fault_addr",
        Scan.between(message, "faulted @ ", " ,")
            .map(address -> strip(address).replace("_", ""))
            .filter(Scan::isHex));
    Optional<String> engine = Scan.afterWord(message, "ENGINE ", ",.");
    text(
        "mmu_client",
        engine.map(words -> words.split(" ")).filter(w -> w.length > 1).map(w -> w[1]));
  }

  private void doubleBit(String message) {
    text(
        "physical_addr",
        Scan.between(message, "physical address ", " ,")
            .map(XidDetails::strip)
            .filter(Scan::isHex));
    integer("partition", Scan.afterWord(message, "partition ", " ,."));
  }

  private void row(String message) {
    text("row_addr", Scan.between(message, "(", " )").filter(Scan::isHex));
  }

  private void nvlink(String message) {
    Scan.afterWord(message, "link ", " (,")
        .flatMap(Scan::integer)
        .ifPresent(link -> found.put("link", link));
    words(message)
        .filter(words -> words.size() > 1)
        .ifPresent(words -> found.put("registers", words));
  }

  private void containment(String message) {
    int colon = message.indexOf(": ");
    String head = colon < 0 ? "" : message.substring(0, colon).toLowerCase(Locale.ROOT);
    if (head.contains("cont")) {
      String unit = message.substring(colon + 2);
      int end = unit.indexOf(" (") >= 0 ? unit.indexOf(" (") : unit.indexOf('.');
      text(
          "unit",
          Optional.of((end < 0 ? unit : unit.substring(0, end)).strip()).filter(u -> !u.isEmpty()));
    }
    yesNo("rst", Scan.afterWord(message, "RST: ", " ,."));
    yesNo("drst", Scan.between(message, "D-RST: ", " ,."));
  }

  private void gspTimeout(String message) {
    integer("timeout_s", Scan.between(message, "Timeout after ", "s ,"));
    integer("function", Scan.afterWord(message, "function ", " ,("));
    if (found.containsKey("function")) {
      text("function_name", Scan.between(message, "(", ")"));
    }
  }

  private void nvlink5(String message) {
    String[] head = message.split(" +", 4);
    if (head.length < 3 || !head[1].equals("Fatal") && !head[1].equals("Nonfatal")) {
      return;
    }
    text("unit", Optional.of(head[0]));
    text("severity", Optional.of(head[1]));
    text("xc", Optional.of(head[2]).filter(xc -> xc.startsWith("XC")));
    integer("link", Scan.afterWord(message, "Link ", " ,("));
    Optional<List<String>> words = words(message);
    if (words.isPresent()) {
      String intrinfo = words.get().get(0);
      text("intrinfo", Optional.of(intrinfo));
      if (intrinfo.startsWith("0x") && intrinfo.length() == 10) {
        found.put("subcode", (int) (Long.parseLong(intrinfo.substring(2), 16) >> 20) & 0x3f);
      }
      text("error_status", words.get().stream().skip(1).findFirst());
    }
  }

  private void recovery(String message) {
    action("old", "from ", message);
    action("new", "to ", message);
    Optional<String> last = Scan.afterWord(message, "to ", "\n");
    text("new_name", last.flatMap(text -> Scan.between(text, "(", ")")));
  }

  private void action(String field, String before, String message) {
    Scan.afterWord(message, before, " ,(")
        .filter(word -> word.startsWith("0x") && word.length() <= 6 && Scan.isHex(word))
        .ifPresent(word -> found.put(field, Integer.parseInt(word.substring(2), 16)));
  }

  /** The words in the last parentheses, when all of them are hexadecimal numbers. */
  private static Optional<List<String>> words(String message) {
    int open = message.lastIndexOf('(');
    int close = message.indexOf(')', open + 1);
    if (open < 0 || close < 0) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    for (String word : message.substring(open + 1, close).split("[ ,]+", MOST_WORDS + 1)) {
      if (!Scan.isHex(word)) {
        return Optional.empty();
      }
      words.add(word);
    }
    return Optional.of(words);
  }

  private static String strip(String word) {
    return word.endsWith(".") ? word.substring(0, word.length() - 1) : word;
  }

  private void text(String field, Optional<String> value) {
    value.ifPresent(text -> found.put(field, LogText.safe(text, MOST_CHARS)));
  }

  private void integer(String field, Optional<String> value) {
    value.flatMap(Scan::integer).ifPresent(number -> found.put(field, number));
  }

  private void yesNo(String field, Optional<String> value) {
    value.ifPresent(
        word -> {
          if (word.equals("Yes") || word.equals("No")) {
            found.put(field, word.equals("Yes"));
          }
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import dev.cleat.ToolResult;
import dev.cleat.mcp.PeerInfo;
import dev.cleat.registry.Lease;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the demo asks, and how it tells the answers: on one screen, in 80 columns. */
final class DemoStory {
  private static final int INDENT = 12;
  private static final int MOST_FINDINGS = 4;
  private static final int COMMAND_WIDTH = 34;

  private final PrintStream out;
  private final Ink ink;
  private final String command;

  /**
   * @param command how the command was called, for what to try next
   */
  DemoStory(PrintStream out, Ink ink, String command) {
    this.out = out;
    this.ink = ink;
    this.command = command;
  }

  void begin() {
    out.println(ink.strong("A GPU node with one sick GPU, as an agent sees it."));
    out.println(ink.notable("The node is SIMULATED: no real GPU is read, none is needed."));
    out.println();
  }

  void connected(PeerInfo peer, int tools, Duration took) {
    String seconds = String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1_000.0);
    say(
        "started",
        command
            + " serve, as a child process that speaks MCP "
            + peer.protocolVersion()
            + ": "
            + tools
            + " tools, there after "
            + seconds);
  }

  /** Asks and tells; false when a tool failed, which then has been told too. */
  boolean tell(Lease node) {
    return health(node) && why(node) && history(node) && next();
  }

  private boolean health(Lease node) {
    Answer health = ask(node, "get_gpu_health", Map.of());
    String verdict = health.text("verdict").orElse("").toUpperCase(Locale.ROOT);
    List<String> words =
        Ink.wrap(health.text("text").orElse(""), Ink.WIDTH - INDENT - verdict.length() - 1);
    if (verdict.isEmpty()) {
      return false;
    }
    out.println(label("answer") + ink.bad(verdict) + " " + words.get(0));
    words.stream().skip(1).forEach(line -> out.println(" ".repeat(INDENT) + line));
    return true;
  }

  private boolean why(Lease node) {
    Answer health = ask(node, "get_gpu_health", Map.of("detail", "issues"));
    String label = "evidence";
    for (Answer finding : health.list("findings").stream().limit(MOST_FINDINGS).toList()) {
      String limit = finding.text("limit").map(text -> "; should be " + text).orElse("");
      say(
          label,
          "GPU "
              + finding.at("gpu").text("index").orElse("?")
              + ", "
              + finding.text("id").orElse("")
              + ": "
              + finding.text("value").orElse("")
              + limit
              + finding.text("source").map(text -> " [" + text + "]").orElse(""));
      label = "";
    }
    return label.isEmpty();
  }

  private boolean history(Lease node) {
    Answer log = ask(node, "analyze_xid_errors", Map.of("limit", 1));
    for (Answer incident : log.list("incidents")) {
      String followers =
          incident.list("followers").stream()
              .map(follower -> follower.text("code").orElse(""))
              .collect(Collectors.joining(", "));
      Answer program = incident.at("program");
      say(
          "cause",
          incident.text("headline").orElse("")
              + ", then "
              + followers
              + "; it hit "
              + program.text("name").orElse("no program")
              + program.text("pid").map(pid -> " (process " + pid + ")").orElse("")
              + ". To blame: "
              + incident.text("origin").orElse("unknown")
              + ", because "
              + incident.text("why").orElse("")
              + ".");
      say("to do", incident.text("action").orElse(""));
      return true;
    }
    return false;
  }

  private boolean next() {
    out.println();
    out.println(ink.strong("Try next"));
    suggest(" tools", "what else there is");
    suggest(" call get_gpu_inventory", "ask by yourself, without an agent");
    suggest(" doctor", "what is configured and reachable");
    suggest(" serve", "what an agent starts, over stdio");
    return true;
  }

  private Answer ask(Lease node, String tool, Map<String, Object> arguments) {
    out.println();
    out.println(
        label("asked")
            + ink.strong(tool)
            + (arguments.isEmpty() ? "" : " " + Json.print(arguments)));
    ToolResult result = node.callTool(tool, arguments);
    if (result instanceof ToolResult.Success success) {
      return Answer.of(success.structured().orElse(Map.of()));
    }
    out.println(label("failed") + Ink.safe(result.text()));
    return Answer.of(Map.of());
  }

  private void say(String label, String text) {
    out.println(label(label) + Ink.hanging(text, INDENT));
  }

  private void suggest(String arguments, String what) {
    String line = command + arguments;
    out.println(
        "  " + line + " ".repeat(Math.max(1, COMMAND_WIDTH - line.length())) + ink.faint(what));
  }

  private String label(String label) {
    return ink.faint(label) + " ".repeat(INDENT - label.length());
  }
}

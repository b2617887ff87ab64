// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import dev.cleat.mcp.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cleat doctor}: what is configured, reachable, missing, and how to fix it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Says what works, what does not, and what to do. Ends with 1 if something is broken.")
final class DoctorCommand implements Callable<Integer> {
  private static final int INDENT = 8;

  private final Host host;

  @Mixin private final CommonOptions options = new CommonOptions();

  @Option(names = "--json", description = "the same as JSON")
  private boolean json;

  DoctorCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    options.applyVerbosity();
    List<Check> checks = Checkup.run(host, options.config());
    boolean broken = checks.stream().anyMatch(check -> check.status() == Check.Status.BROKEN);
    if (json) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("ok", !broken);
      report.put("version", Version.CURRENT);
      report.put("checks", checks.stream().map(Check::json).toList());
      host.out().println(Json.printPretty(report));
    } else {
      host.out().println("cleat " + Version.CURRENT);
      checks.forEach(this::print);
    }
    return broken ? Cleat.FAILED : 0;
  }

  private void print(Check check) {
    Ink ink = host.ink();
    String text = Ink.safe(check.title() + ": " + check.detail());
    host.out().println(status(check.status(), ink) + Ink.hanging(text, INDENT));
    if (!check.fix().isEmpty()) {
      String fix = "Fix: " + Ink.safe(check.fix());
      host.out().println(" ".repeat(INDENT) + Ink.hanging(fix, INDENT));
    }
  }

  private static String status(Check.Status status, Ink ink) {
    return switch (status) {
      case OK -> ink.good("ok") + "      ";
      case OFF -> ink.faint("off") + "     ";
      case BROKEN -> ink.bad("BROKEN") + "  ";
    };
  }
}

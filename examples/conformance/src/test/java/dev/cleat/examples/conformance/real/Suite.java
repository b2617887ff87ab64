// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance.real;

import dev.cleat.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The MCP conformance suite, as {@code prepare.sh} installs it.
 *
 * @param folder where it is
 */
record Suite(Path folder) {
  private static final Path ROOT = Path.of(System.getProperty("cleat.root"));
  private static final Path EXAMPLE = ROOT.resolve("examples/conformance");
  private static final Duration INSTALLED_WITHIN = Duration.ofMinutes(10);
  private static final Duration DONE_WITHIN = Duration.ofMinutes(4);

  private static final Pattern LISTED = Pattern.compile("^  - ([\\w./-]+)$", Pattern.MULTILINE);

  // What the suite calls the folder of one run: what was tested, the scenario, and when.
  private static final Pattern RESULTS =
      Pattern.compile("(?:server-)?(.+)-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z");

  /** Installs it, the first time; a machine that lacks what it needs fails the test. */
  static Suite prepared(Path scratch) throws IOException, InterruptedException {
    String script = EXAMPLE.resolve("src/test/real/prepare.sh").toString();
    return new Suite(
        Path.of(run(scratch, Map.of(), INSTALLED_WITHIN, List.of("bash", script)).strip()));
  }

  /** A script of ours. */
  static String ours(String script) {
    return EXAMPLE.resolve(script).toString();
  }

  /** What scripts of ours need to run on the Java of this test. */
  static Map<String, String> sameJava() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }

  /** The scenarios that a revision requires of a server. */
  List<String> requiredOfServers(Path scratch, String revision)
      throws IOException, InterruptedException {
    return names(list(scratch, revision)[0]);
  }

  /** The scenarios that a revision requires of a client, those of OAuth included. */
  List<String> requiredOfClients(Path scratch, String revision)
      throws IOException, InterruptedException {
    return names(list(scratch, revision)[1]);
  }

  /** What is said of servers, of clients, and of what is not required. */
  private String[] list(Path scratch, String revision) throws IOException, InterruptedException {
    String all = conformance(scratch, "list", "--requirements", revision);
    String[] parts = all.split("Client scenarios|never scored");
    if (parts.length != 3) {
      throw new AssertionError("Not the list of scenarios that is known: " + all);
    }
    return parts;
  }

  private static List<String> names(String part) {
    return LISTED.matcher(part).results().map(found -> found.group(1)).toList();
  }

  /**
   * Runs what a revision requires of a server, and what it reports beside that.
   *
   * @return the checks, by scenario
   */
  Map<String, List<Check>> testServer(Path scratch, String url, String revision) throws Exception {
    Path out = scratch.resolve("server-" + revision);
    conformance(scratch, "server", "--url", url, "--requirements", revision, "-o", out.toString());
    return results(out);
  }

  /** Runs one scenario against our client. */
  List<Check> testClient(Path scratch, String scenario, String revision) throws Exception {
    Path out = scratch.resolve("client");
    conformance(
        scratch,
        "client",
        "--command",
        ours("client"),
        "--scenario",
        scenario,
        "--spec-version",
        revision,
        "-o",
        out.toString());
    return results(out).getOrDefault(scenario, List.of());
  }

  private static Map<String, List<Check>> results(Path out) throws Exception {
    Map<String, List<Check>> results = new LinkedHashMap<>();
    try (Stream<Path> files = Files.find(out, 3, (path, is) -> path.endsWith("checks.json"))) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(out.relativize(file).getParent());
        Matcher matcher = RESULTS.matcher(name);
        if (!matcher.matches()) {
          throw new AssertionError("Not the name of a result: " + name);
        }
        List<Check> checks = new ArrayList<>();
        for (Object check : (List<?>) Json.parse(Files.readString(file))) {
          checks.add(Check.of((Map<?, ?>) check));
        }
        results.put(matcher.group(1), checks);
      }
    }
    return results;
  }

  /** Runs the suite, which has to end with 0, and gives what it printed. */
  private String conformance(Path scratch, String... arguments)
      throws IOException, InterruptedException {
    Path programs = folder.resolve("node_modules/.bin");
    List<String> command = new ArrayList<>(List.of(programs.resolve("conformance").toString()));
    command.addAll(List.of(arguments));
    Map<String, String> environment = new LinkedHashMap<>(sameJava());
    environment.put("PATH", programs + File.pathSeparator + System.getenv("PATH"));
    return run(scratch, environment, DONE_WITHIN, command);
  }

  private static String run(
      Path scratch, Map<String, String> environment, Duration patience, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(scratch, "out", ".txt");
    Path err = Files.createTempFile(scratch, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String printed = Files.readString(out);
    if (!ended || process.exitValue() != 0) {
      throw new AssertionError(
          String.join(" ", command)
              + (ended ? " ended with " + process.exitValue() : " is not done in time")
              + "\n"
              + printed
              + "\n"
              + Files.readString(err));
    }
    return printed;
  }
}

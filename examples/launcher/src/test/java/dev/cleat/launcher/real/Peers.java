// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.Json;
import dev.cleat.spi.ClientDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MCP servers and clients of others, as {@code prepare.sh} installs them.
 *
 * @param folder where they are
 */
record Peers(Path folder) {
  private static final Path ROOT = Path.of(System.getProperty("cleat.root"));
  private static final Path SCRIPTS = ROOT.resolve("examples/launcher/src/test/real");
  private static final Duration INSTALLED_WITHIN = Duration.ofMinutes(14);
  private static final Duration DONE_WITHIN = Duration.ofMinutes(3);

  /** Installs them, the first time; a machine that lacks what they need fails the test. */
  static Peers prepared(Path scratch) throws IOException, InterruptedException {
    List<String> prepare = List.of("bash", SCRIPTS.resolve("prepare.sh").toString());
    Ran ran = Ran.toItsEnd(scratch, Map.of(), "", INSTALLED_WITHIN, prepare);
    return new Peers(Path.of(ran.succeeds().strip()));
  }

  /** The script of this project of that path. */
  static String ours(String script) {
    return ROOT.resolve(script).toString();
  }

  /** Lets a script of ours build what it needs, which a client would not wait for. */
  static void build(Path scratch, String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ours(script)));
    command.addAll(List.of(arguments));
    Ran.toItsEnd(scratch, sameJava(), "", INSTALLED_WITHIN, command).succeeds();
  }

  /** Every kind of tool there is; in TypeScript, speaks the older era only. */
  ClientDefinition everything() {
    return ClientDefinition.builder().command(node()).addArgs(everythingArguments()).build();
  }

  /** The same, with a copy of all that it is sent in a file. */
  ClientDefinition everythingLoggedTo(Path log) {
    String shell = "tee \"$0\" | \"$@\"";
    return ClientDefinition.builder()
        .command("sh")
        .addArgs("-c", shell, log.toString(), node())
        .addArgs(everythingArguments())
        .build();
  }

  /**
   * The same, listening for HTTP on this machine.
   *
   * @param mode {@code streamableHttp}, or {@code sse} for the oldest form
   * @param port 0 for any
   */
  Listening everythingOverHttp(Path scratch, String mode, int port) throws Exception {
    List<String> command = new ArrayList<>(List.of(node(), "--import", in("listen.mjs")));
    command.addAll(List.of(everythingScript(), mode));
    return Listening.start(
        scratch,
        Map.of("PORT", Integer.toString(port)),
        mode.equals("sse") ? "/sse" : "/mcp",
        command);
  }

  /** One of the servers of {@code prepare.sh}, listening on any port, or on that one. */
  Listening server(Path scratch, ForeignServer server, int port) throws Exception {
    return Listening.start(
        scratch, Map.of(), "/mcp", run(server.program(), server.arguments(port)));
  }

  /** Two tools; in Python, speaks both eras. */
  ClientDefinition time() {
    return ClientDefinition.command(in("venv/bin/mcp-server-time"));
  }

  /** Both servers, as the entries of a configuration file. */
  Map<String, Object> asUpstreams() {
    return Map.of(
        "everything",
        Map.of("command", node(), "args", List.of(everythingArguments())),
        "time",
        Map.of("command", in("venv/bin/mcp-server-time")));
  }

  /**
   * What the official Python client got from a server; the plan and the answer are in client.py.
   */
  Map<?, ?> pythonClient(Path scratch, Map<String, ?> plan)
      throws IOException, InterruptedException {
    Ran ran = Ran.toItsEnd(scratch, sameJava(), Json.print(plan), DONE_WITHIN, run("client.py"));
    return (Map<?, ?>) Json.parse(ran.succeeds());
  }

  /**
   * What a client got from a server.
   *
   * @param server its command or its URL
   * @param plan the rest of the plan
   */
  Seen see(Path scratch, ForeignClient client, Map<String, ?> server, Map<String, ?> plan)
      throws IOException, InterruptedException {
    List<String> command = run(client.program(), client.arguments());
    String whole = whole(client, server, plan);
    Ran ran = Ran.toItsEnd(scratch, sameJava(), whole, DONE_WITHIN, command);
    return new Seen((Map<?, ?>) Json.parse(ran.succeeds()));
  }

  /** The command line of the MCP Inspector against a server that it starts. */
  Ran inspector(Path scratch, List<String> server, List<String> options)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(server);
    // It gives a server no variable but these.
    sameJava().forEach((name, value) -> whole.addAll(List.of("-e", name + "=" + value)));
    whole.addAll(options);
    return inspector(scratch, whole);
  }

  /** The command line of the MCP Inspector. */
  Ran inspector(Path scratch, List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(node());
    command.add(in("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"));
    command.add("--cli");
    command.addAll(options);
    Map<String, String> noFileOfTheUsers =
        Map.of("MCP_CATALOG_PATH", scratch.resolve("catalog.json").toString());
    return Ran.toItsEnd(scratch, noFileOfTheUsers, "", DONE_WITHIN, command);
  }

  /** Starts such a client, and leaves it to itself. */
  Process start(Path scratch, ForeignClient client, Map<String, ?> server, Map<String, ?> plan)
      throws IOException {
    Path input = Files.writeString(scratch.resolve("plan.json"), whole(client, server, plan));
    return new ProcessBuilder(run(client.program(), client.arguments()))
        .directory(scratch.toFile())
        .redirectInput(input.toFile())
        .redirectOutput(scratch.resolve("client-out").toFile())
        .redirectError(scratch.resolve("client-err").toFile())
        .start();
  }

  private static String whole(ForeignClient client, Map<String, ?> server, Map<String, ?> plan) {
    Map<String, Object> whole = new LinkedHashMap<>(plan);
    whole.putAll(server);
    whole.put("era", client.era().word());
    return Json.print(whole);
  }

  /** The command that runs one of the programs that {@code prepare.sh} has put there. */
  List<String> run(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (program.endsWith(".py")) {
      command.add(in("venv/bin/python"));
    } else if (program.endsWith(".mjs")) {
      command.add(node());
    }
    command.add(in(program));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Has what is started use the Java that the tests run on. */
  static Map<String, String> sameJava() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }

  private String node() {
    return in("node_modules/.bin/node");
  }

  private String[] everythingArguments() {
    return new String[] {everythingScript(), "stdio"};
  }

  private String everythingScript() {
    return in("node_modules/@modelcontextprotocol/server-everything/dist/index.js");
  }

  private String in(String path) {
    return folder.resolve(path).toString();
  }
}

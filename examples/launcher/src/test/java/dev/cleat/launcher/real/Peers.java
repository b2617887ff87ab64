// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.Json;
import dev.cleat.spi.ClientDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    List<String> client = List.of(in("venv/bin/python"), SCRIPTS.resolve("client.py").toString());
    Ran ran = Ran.toItsEnd(scratch, sameJava(), Json.print(plan), DONE_WITHIN, client);
    return (Map<?, ?>) Json.parse(ran.succeeds());
  }

  /** The command line of the MCP Inspector against a server. */
  Ran inspector(Path scratch, List<String> server, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(node());
    command.add(in("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"));
    command.add("--cli");
    command.addAll(server);
    // It gives a server no variable but these.
    sameJava().forEach((name, value) -> command.addAll(List.of("-e", name + "=" + value)));
    command.addAll(options);
    Map<String, String> noFileOfTheUsers =
        Map.of("MCP_CATALOG_PATH", scratch.resolve("catalog.json").toString());
    return Ran.toItsEnd(scratch, noFileOfTheUsers, "", DONE_WITHIN, command);
  }

  private static Map<String, String> sameJava() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }

  private String node() {
    return in("node_modules/.bin/node");
  }

  private String[] everythingArguments() {
    return new String[] {
      in("node_modules/@modelcontextprotocol/server-everything/dist/index.js"), "stdio"
    };
  }

  private String in(String path) {
    return folder.resolve(path).toString();
  }
}

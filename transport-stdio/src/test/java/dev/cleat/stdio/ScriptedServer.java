// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cleat.Json;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A server in a process of its own that does what real ones do, and what only bad ones do.
 *
 * <p>{@code api} is a server on our own API. All other modes speak for themselves, line by line,
 * and differ in how they treat the first request: {@code old} refuses {@code server/discover},
 * {@code older} exits over it, {@code leaver} does both, {@code newest} knows nothing else, {@code
 * deaf} answers the handshake and never reads again, {@code stubborn} leaves neither at the end of
 * its input nor on TERM, {@code broken} exits before it says anything.
 */
public final class ScriptedServer {
  /** The file that every line it hears, and its beginning and end, are written to. */
  static final String LEDGER = "CLEAT_TEST_LEDGER";

  private final String mode;
  private final OutputStream out = new FileOutputStream(FileDescriptor.out);

  private ScriptedServer(String mode) {
    this.mode = mode;
  }

  /** Runs in the mode that the first argument names. */
  public static void main(String[] arguments) throws Exception {
    note("start " + ProcessHandle.current().pid());
    if (arguments[0].equals("api")) {
      api();
    } else {
      new ScriptedServer(arguments[0]).run();
    }
    note("end of input");
  }

  private static void api() throws Exception {
    try (McpServer server =
        McpServer.builder()
            .tools(
                ToolSet.of(
                    tool("echo", (call, context) -> ToolResult.text(Json.print(call.arguments()))),
                    tool(
                        "print",
                        (call, context) -> {
                          System.out.println("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
                          System.out.flush();
                          return ToolResult.text("in: " + System.in.read());
                        }),
                    tool(
                        "environment",
                        (call, context) ->
                            ToolResult.structured(new java.util.TreeMap<>(System.getenv()))),
                    tool(
                        "hang",
                        (call, context) -> {
                          note("hangs");
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            note("interrupted");
                          }
                          return ToolResult.text("never");
                        })))
            .build()) {
      server.serve(Stdio.standard());
    }
  }

  private static ServedTool tool(String name, ToolHandler handler) {
    return Tool.named(name).readOnly().handles(Schema.anyObject(), handler);
  }

  private void run() throws Exception {
    if (mode.equals("broken")) {
      System.err.println("cannot open the database");
      System.exit(5);
    }
    if (mode.equals("stubborn")) {
      Runtime.getRuntime().addShutdownHook(new Thread(ScriptedServer::waitForever));
    }
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        note(line);
        Map<String, Object> message = Json.object((Map<?, ?>) Json.parse(line));
        if (message.get("id") != null) {
          answer(message);
        }
      }
    }
    if (mode.equals("stubborn")) {
      note("ignores the end of input");
      waitForever();
    }
  }

  private void answer(Map<String, Object> request) throws Exception {
    Object id = request.get("id");
    Map<String, Object> params = Json.object((Map<?, ?>) request.get("params"));
    switch ((String) request.get("method")) {
      case "server/discover" -> discover(id);
      case "initialize" -> {
        if (mode.equals("newest")) {
          error(id, -32601, "initialize is gone");
        } else {
          respond(
              id,
              "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                  + "\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}");
          if (mode.equals("deaf")) {
            waitForever();
          }
        }
      }
      case "tools/call" -> call(id, (String) params.get("name"));
      default -> error(id, -32601, "unknown");
    }
  }

  private void discover(Object id) throws IOException {
    switch (mode) {
      case "newest" -> respond(id, "{\"supportedVersions\":[\"2026-07-28\"]}");
      case "older" -> {
        System.err.println("protocol error");
        System.exit(1);
      }
      case "leaver" -> {
        error(id, -32000, "initialize first");
        System.exit(0);
      }
      default -> error(id, -32000, "initialize first");
    }
  }

  private void call(Object id, String tool) throws Exception {
    switch (tool) {
      case "die" -> {
        System.err.println("something broke");
        System.err.println("last words");
        System.exit(3);
      }
      case "half" -> {
        out.write("{\"jsonrpc\":\"2.0\",\"id\":".getBytes(UTF_8));
        System.exit(4);
      }
      case "junk" -> {
        out.write("Loading...\n\u0000\u0001\n{\"half\":\n\n".getBytes(UTF_8));
        out.write(new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});
        text(id, "after the junk");
      }
      case "close stderr" -> {
        new FileOutputStream(FileDescriptor.err).close();
        text(id, "stderr is closed");
      }
      case "close stdout" -> {
        out.close();
        waitForever();
      }
      case "flood stderr" -> {
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), false, UTF_8);
        for (int i = 0; i < 200; i++) {
          err.println("x".repeat(10_000));
        }
        err.println("the flood is over");
        err.flush();
        text(id, "said a lot");
      }
      case "spawn" -> {
        Process child = new ProcessBuilder("sleep", "600").inheritIO().start();
        text(id, Long.toString(child.pid()));
      }
      case "hang" -> note("hangs");
      default -> text(id, tool);
    }
  }

  private void text(Object id, String text) throws IOException {
    respond(id, "{\"content\":[{\"type\":\"text\",\"text\":" + Json.print(text) + "}]}");
  }

  private void respond(Object id, String result) throws IOException {
    line("{\"jsonrpc\":\"2.0\",\"id\":" + Json.print(id) + ",\"result\":" + result + "}");
  }

  private void error(Object id, int code, String message) throws IOException {
    line(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + Json.print(id)
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":\""
            + message
            + "\"}}");
  }

  private void line(String text) throws IOException {
    out.write((text + "\n").getBytes(UTF_8));
  }

  private static void note(String line) {
    String ledger = System.getenv(LEDGER);
    if (ledger != null) {
      try {
        Files.write(
            Path.of(ledger), List.of(line), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void waitForever() {
    boolean interrupted = false;
    while (!interrupted) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * The program of the children that a {@link Ledger} defines: a server that keeps a ledger of what
 * it executed, in a file, so that nobody has to trust the registry's word for it. Its arguments:
 * its name, the ledger, and how it behaves.
 *
 * <p>A line of the ledger is {@code name event detail}; each is appended by one write.
 */
final class LedgerServer {
  static final String MUTE = "mute";
  static final String STUBBORN = "stubborn";
  static final String FINE = "fine";

  private final String name;
  private final Path ledger;
  private final CountDownLatch release = new CountDownLatch(1);

  private LedgerServer(String name, Path ledger) {
    this.name = name;
    this.ledger = ledger;
  }

  public static void main(String[] args) throws Exception {
    LedgerServer server = new LedgerServer(args[0], Path.of(args[1]));
    server.write("started", ProcessHandle.current().pid());
    switch (args[2]) {
      case MUTE -> new CountDownLatch(1).await();
      case STUBBORN -> {
        server.startGrandchild();
        Runtime.getRuntime().addShutdownHook(new Thread(LedgerServer::never));
        server.serve();
        never();
      }
      default -> server.serve();
    }
  }

  private static void never() {
    while (true) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        // It ignores that too.
      }
    }
  }

  /** One whose parent leaves at once. */
  private void startGrandchild() throws IOException {
    Process shell = new ProcessBuilder("sh", "-c", "sleep 600 >&2 & echo $!").start();
    byte[] pid = shell.getInputStream().readAllBytes();
    write("grandchild", new String(pid, StandardCharsets.US_ASCII).strip());
  }

  private void serve() throws InterruptedException {
    try (McpServer server =
        McpServer.builder()
            .name(name, "1")
            .tool(tool("echo", id -> ToolResult.text(name)))
            .tool(tool("hold", id -> hold()))
            .tool(tool("release", id -> letGo()))
            .tool(tool("flood", id -> flood()))
            .tool(tool("junk", id -> junk()))
            .tool(tool("half", id -> half()))
            .tool(tool("endless", id -> endless()))
            .build()) {
      server.serve(Stdio.standard());
    }
  }

  private interface Body {
    ToolResult run(String id) throws Exception;
  }

  /** A tool that enters its call in the ledger, then does it. */
  private ServedTool tool(String tool, Body body) {
    return Tool.named(tool)
        .handles(
            Schema.anyObject(),
            (call, context) -> {
              String id = String.valueOf(call.arguments().get("id"));
              write(tool, id);
              return body.run(id);
            });
  }

  private ToolResult hold() throws InterruptedException {
    release.await();
    return ToolResult.text(name);
  }

  private ToolResult letGo() {
    release.countDown();
    return ToolResult.text(name);
  }

  /** Says much more on its error output than any pipe holds, in lines of all lengths. */
  private ToolResult flood() {
    byte[] long8k = new byte[8 << 10];
    Arrays.fill(long8k, (byte) 'x');
    for (int i = 0; i < 1_000; i++) {
      System.err.write(long8k, 0, long8k.length);
      if (i % 100 == 99) {
        System.err.write('\n');
        System.err.write(0xff);
      }
    }
    System.err.flush();
    return ToolResult.text(name);
  }

  // What follows is written beside its session, so only while that is silent.

  /** Says on the wire what is no message. */
  private ToolResult junk() throws IOException {
    say("this is no JSON\n[]\n{\"jsonrpc\":\"2.0\"}\n\n");
    return ToolResult.text(name);
  }

  /** Leaves in the middle of a message. */
  private ToolResult half() throws IOException {
    say("{\"jsonrpc\":\"2.0\",\"id\":");
    Runtime.getRuntime().halt(3);
    return ToolResult.text(name);
  }

  /** Says on the wire what is longer than anybody accepts, and then answers. */
  private ToolResult endless() throws IOException {
    say("x".repeat(8 << 20) + "\n");
    return ToolResult.text(name);
  }

  @SuppressWarnings("resource") // The stream is the session's.
  private static void say(String words) throws IOException {
    new FileOutputStream(FileDescriptor.out).write(words.getBytes(StandardCharsets.UTF_8));
  }

  private void write(String event, Object detail) throws IOException {
    String line = name + " " + event + " " + detail + "\n";
    Files.writeString(ledger, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Optional;

/**
 * The program of upstream servers in tests. It answers with its name, and enters each call in a
 * ledger before it executes it, so that nobody has to trust the gateway's word for it. Its
 * arguments: its name, the ledger.
 */
final class LedgerUpstream {
  private LedgerUpstream() {}

  public static void main(String[] args) throws Exception {
    String name = args[0];
    Path ledger = Path.of(args[1]);
    try (McpServer server =
        McpServer.builder()
            .name(name, "1")
            .tool(
                Tool.named("echo")
                    .readOnly()
                    .handles(
                        Schema.anyObject(),
                        (call, context) -> {
                          enter(ledger, name + " echo " + call.arguments().get("id"));
                          return ToolResult.text(name);
                        }))
            .tool(
                Tool.named("hold")
                    .readOnly()
                    .handles(
                        Schema.anyObject(),
                        (call, context) -> {
                          enter(ledger, name + " hold " + call.arguments().get("id"));
                          context.progress(1, 2, "holding");
                          Path file = Path.of(String.valueOf(call.arguments().get("file")));
                          awaitThat(file);
                          return ToolResult.text(name);
                        }))
            .prompt(
                Prompt.named("greet").gives((given, context) -> PromptResult.text("I am " + name)))
            .resource(
                Resource.at("test://" + name)
                    .reads(
                        (request, context) ->
                            List.of(ResourceContents.text(request.uri(), "text/plain", name))))
            .build()) {
      enter(ledger, name + " started " + ProcessHandle.current().pid());
      server.serve(Stdio.standard());
    }
  }

  private static void awaitThat(Path file) throws IOException, InterruptedException {
    Path folder = Optional.ofNullable(file.getParent()).orElseThrow();
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(file)) {
        watch.take().reset();
      }
    }
  }

  private static void enter(Path ledger, String line) throws IOException {
    Files.writeString(ledger, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}

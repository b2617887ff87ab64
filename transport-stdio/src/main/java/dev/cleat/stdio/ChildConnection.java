// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.SafeEnvironment;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection to a server that is a child process of ours.
 *
 * <p>It ends when the child closes its output or exits. {@link #close} closes its input, waits,
 * then sends TERM, waits, then KILL, to the child and to all that it started, each step within
 * {@link Limits#childGrace}.
 */
final class ChildConnection implements Connection {
  /**
   * How long after an exit the output may stay open before nothing more is expected of it. The end
   * of the output comes at once, unless a process that the child started holds it; what a busy
   * machine has not read by then would be lost.
   */
  private static final long LAST_OUTPUT_MILLIS = 500;

  /**
   * How long after the end of the output the exit may take: a moment, unless the child lives on.
   */
  private static final long EXIT_MILLIS = 500;

  /** How long to wait for the end of the error output, which something else may hold open. */
  private static final long LAST_WORDS_MILLIS = 100;

  private static final int SHOWN_LINES = 5;

  private final Process process;
  private final ProcessTree tree;
  private final StderrTail stderr;
  private final Outbox outbox;
  private final LineConnection lines;
  private final Limits limits;
  private final String command;
  private final ReentrantLock closing = new ReentrantLock();

  private ChildConnection(
      String label, String command, Process process, ProcessTree tree, Limits limits) {
    this.process = process;
    this.tree = tree;
    this.limits = limits;
    this.command = command;
    stderr = new StderrTail(label, process.getErrorStream(), limits);
    outbox = Outbox.withWriter(process.getOutputStream(), limits);
    lines = new LineConnection(label, process.getInputStream(), outbox, limits, this::whyItEnded);
  }

  /** Starts the command of a definition. */
  static ChildConnection start(String label, ClientDefinition definition, Limits limits) {
    String command = definition.command().orElseThrow();
    List<String> arguments = new ArrayList<>();
    arguments.add(command);
    arguments.addAll(definition.args());
    ProcessBuilder builder = new ProcessBuilder(arguments);
    definition.cwd().ifPresent(directory -> builder.directory(directory.toFile()));
    String token = UUID.randomUUID().toString();
    try {
      SafeEnvironment.restrict(builder.environment(), name -> false);
      builder.environment().putAll(definition.env());
      builder.environment().put(ProcessTree.TOKEN_VARIABLE, token);
      Process process = builder.start();
      return new ChildConnection(label, command, process, new ProcessTree(process, token), limits);
    } catch (IllegalArgumentException e) {
      // Its message has the value in it, which may be a secret.
      throw new McpException.ConnectFailed(
          "The environment for the command \""
              + command
              + "\" has a name or value that no process can get.",
          null);
    } catch (IOException e) {
      throw new McpException.ConnectFailed(
          "The command \""
              + command
              + "\" could not be started: "
              + e.getMessage()
              + ". Is it installed and on the PATH?",
          e);
    }
  }

  @Override
  public void start(Receiver receiver) {
    stderr.start();
    lines.start(receiver);
    // A grandchild may hold the output open after the child is gone; nothing will come from it.
    var unused =
        process
            .onExit()
            .thenRunAsync(
                () -> lines.end(whyItEnded()),
                CompletableFuture.delayedExecutor(LAST_OUTPUT_MILLIS, TimeUnit.MILLISECONDS));
  }

  @Override
  public Receipt send(Message message) {
    return lines.send(message);
  }

  @Override
  public void flush() {
    lines.flush();
  }

  @Override
  public void close() {
    closing.lock();
    try {
      boolean written = outbox.finish(limits.childGrace().toNanos());
      tree.look();
      if (written) {
        closeInput();
      }
      tree.end(limits.childGrace().toNanos());
      closeInput();
      lines.end("it was closed");
    } finally {
      closing.unlock();
    }
  }

  /** Only when no write is stuck: closing waits for the stream's lock, which a writer holds. */
  private void closeInput() {
    try (OutputStream input = process.getOutputStream()) {
      input.flush();
    } catch (IOException alreadyGone) {
      // A child that has left has closed it for us.
    }
  }

  private String whyItEnded() {
    boolean exited = false;
    try {
      exited = process.waitFor(EXIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String last = stderr.lastLines(SHOWN_LINES, LAST_WORDS_MILLIS);
    return "the process \""
        + command
        + (exited ? "\" exited with code " + process.exitValue() + "." : "\" closed its output.")
        + (last.isEmpty() ? "" : " Its last words: " + last);
  }
}

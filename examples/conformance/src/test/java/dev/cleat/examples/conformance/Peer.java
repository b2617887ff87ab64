// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The raw client side of a server over stdio, in pipes of the operating system: one JSON message a
 * line. Waits are bounded and fail the test.
 */
final class Peer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;
  private static final String END = "(end)";

  private final McpServer server;
  private final Pipe toServer;
  private final Pipe fromServer;
  private final OutputStream out;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  private Peer(McpServer server) throws IOException {
    this.server = server;
    toServer = Pipe.open();
    fromServer = Pipe.open();
    out = Channels.newOutputStream(toServer.sink());
  }

  /** Lets a server, which is closed with the peer, serve it. */
  static Peer of(McpServer server) throws IOException {
    Peer peer = new Peer(server);
    peer.thread("peer-server", peer::serve);
    peer.thread("peer-reader", peer::listen);
    return peer;
  }

  void send(Map<String, ?> message) throws IOException {
    sendLine(Json.print(message));
  }

  void sendLine(String line) throws IOException {
    out.write((line + "\n").getBytes(UTF_8));
  }

  /** The next message. */
  Map<String, Object> next() throws Exception {
    String line = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      throw new AssertionError(line == null ? "Nothing came" : "The server has left");
    }
    return Json.object((Map<?, ?>) Json.parse(line));
  }

  /** Says no more, and waits until the server has left. */
  @Override
  public void close() throws IOException {
    toServer.sink().close();
    for (Thread thread : threads) {
      join(thread);
    }
    server.close();
    toServer.source().close();
    fromServer.source().close();
    for (Thread thread : threads) {
      if (thread.isAlive()) {
        throw new AssertionError("The server did not leave at the end of its input");
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve() {
    try (Pipe.SinkChannel sink = fromServer.sink()) {
      server.serve(
          Stdio.of(
              Channels.newInputStream(toServer.source()),
              Channels.newOutputStream(sink),
              Limits.defaults()));
    } catch (IOException e) {
      heard.add(String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(fromServer.source()), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(line);
      }
    } catch (IOException e) {
      heard.add(String.valueOf(e));
    } finally {
      heard.add(END);
    }
  }

  private void thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }
}

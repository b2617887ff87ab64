// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on a bare socket, for what a proper server does not do. */
final class FaultyServer implements AutoCloseable {
  /** What happens to one connection, after its request was read. */
  interface Fault {
    void on(Socket socket, String request) throws Exception;
  }

  private final ServerSocket server;
  private final Fault fault;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  FaultyServer(Fault fault) {
    this.fault = fault;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** The first line of each request. */
  List<String> requests() {
    return requests;
  }

  /** Ends the connection as a crashed process does. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  static void json(Socket socket, String body) throws IOException {
    write(
        socket,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
    socket.close();
  }

  /** Counts down when the other side has closed the connection. */
  static void awaitEnd(Socket socket, CountDownLatch ended) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // Nothing more is expected.
      }
    } catch (IOException e) {
      // A reset ends it, too.
    }
    ended.countDown();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      String request = read(socket.getInputStream());
      if (!request.isEmpty()) {
        requests.add(request.lines().findFirst().orElse(""));
        fault.on(socket, request);
      }
    } catch (Exception e) {
      // The client went away, which is what is tested.
    }
  }

  private static String read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int length = 0;
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.append((char) b);
    }
    for (String line : head.toString().split("\r\n", -1)) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}

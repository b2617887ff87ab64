// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An HTTP client that does what it is told and nothing else. One connection. */
final class RawHttp implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket;
  private final InputStream in;

  RawHttp(URI uri) throws IOException {
    this(new Socket(uri.getHost(), uri.getPort()));
  }

  RawHttp(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** What came back, as far as it has been read. */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    Map<String, Object> json() {
      try {
        return Json.object((Map<?, ?>) Json.parse(body));
      } catch (Json.SyntaxException e) {
        throw new AssertionError("No JSON: " + text(), e);
      }
    }

    int errorCode() {
      Map<?, ?> error = (Map<?, ?>) json().get("error");
      if (error == null) {
        throw new AssertionError("No error: " + text());
      }
      return ((Number) error.get("code")).intValue();
    }

    /** The JSON of all events, in their order. */
    List<Map<String, Object>> events() {
      List<Map<String, Object>> events = new ArrayList<>();
      for (String line : text().split("\n")) {
        if (line.startsWith("data: ") && line.length() > "data: ".length()) {
          events.add(parse(line.substring("data: ".length())));
        }
      }
      return events;
    }
  }

  static Map<String, Object> parse(String json) {
    try {
      return Json.object((Map<?, ?>) Json.parse(json));
    } catch (Json.SyntaxException e) {
      throw new AssertionError("No JSON: " + json, e);
    }
  }

  /** One request over a connection of its own. */
  static Answer once(URI uri, String method, Map<String, String> headers, String body)
      throws IOException {
    try (RawHttp http = new RawHttp(uri)) {
      http.send(uri, method, headers, body);
      return http.read();
    }
  }

  void send(URI uri, String method, Map<String, String> headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Host", uri.getHost() + ":" + uri.getPort());
    if (method.equals("POST")) {
      all.put("Content-Type", "application/json");
      all.put("Accept", "application/json, text/event-stream");
      all.put("Content-Length", String.valueOf(bytes.length));
    } else {
      all.put("Accept", "text/event-stream");
    }
    all.putAll(headers);
    StringBuilder head = new StringBuilder(method + " " + uri.getPath() + " HTTP/1.1\r\n");
    all.forEach(
        (name, value) -> {
          if (!value.equals(ABSENT)) {
            head.append(name).append(": ").append(value).append("\r\n");
          }
        });
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(bytes);
    write(request.toByteArray());
  }

  /** The value of a header that is to be left out. */
  static final String ABSENT = "(absent)";

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Says that nothing more will be sent. */
  void endOfInput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads a whole response. */
  Answer read() throws IOException {
    Answer head = readHead();
    return new Answer(head.status(), head.headers(), readBody(head));
  }

  /** Reads a response up to its body. */
  Answer readHead() throws IOException {
    String status = readLine();
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Answer(Integer.parseInt(status.split(" ")[1]), headers, new byte[0]);
  }

  byte[] readBody(Answer head) throws IOException {
    String length = head.header("Content-Length");
    if (length != null) {
      return in.readNBytes(Integer.parseInt(length));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if ("chunked".equals(head.header("Transfer-Encoding"))) {
      for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
        body.writeBytes(chunk);
      }
    } else if (head.status() != 204) {
      in.transferTo(body);
    }
    return body.toByteArray();
  }

  /**
   * Reads one chunk of a response that has no length; empty for the last one. The line end after a
   * chunk is read with the next one, because that is when Jetty writes it.
   */
  byte[] readChunk() throws IOException {
    String length = readLine();
    if (length.isEmpty()) {
      length = readLine();
    }
    byte[] chunk = in.readNBytes(Integer.parseInt(length, 16));
    if (chunk.length == 0) {
      readLine();
    }
    return chunk;
  }

  /** Reads chunks until one has that text in it. */
  String readUntil(String text) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      byte[] chunk = readChunk();
      if (chunk.length == 0) {
        throw new EOFException("The stream ended before " + text + ": " + seen);
      }
      seen.append(new String(chunk, StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("The connection ended" + (line.isEmpty() ? "" : " at " + line));
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

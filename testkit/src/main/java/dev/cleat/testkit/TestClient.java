// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.http.HttpServer;
import dev.cleat.http.HttpTransport;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.stdio.Stdio;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Calls the tools of a server as a client of its own process would: through a real session, with
 * the real framing, and without a process.
 *
 * <pre>{@code
 * try (var client = TestClient.inProcess(McpServer.builder().tool(dice).build())) {
 *   client.call("roll_dice", Map.of("dice", 2)).succeedsWith(new Rolled(7));
 *   client.call("roll_dice", Map.of("dice", 0)).failsWith(FailureKind.INVALID_ARGUMENT);
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Any thread may call it. <b>Life cycle.</b> {@link #close} ends the client and
 * the server; twice is harmless. <b>Errors.</b> What the protocol refuses is thrown as an {@link
 * McpException}; what a tool answers is in the {@link CallOutcome}.
 */
public final class TestClient implements AutoCloseable {
  private static final long END_SECONDS = 10;

  private final McpClient client;
  private final Runnable onClose;

  private TestClient(McpClient client, Runnable onClose) {
    this.client = client;
    this.onClose = onClose;
  }

  /**
   * Connects to a server of this process, which belongs to the test client from then on.
   *
   * @throws McpException.ConnectFailed when the server does not answer
   */
  public static TestClient inProcess(McpServer server) {
    return inProcess(server, Era.STATELESS);
  }

  /** The same, in one era of the protocol or the other. */
  public static TestClient inProcess(McpServer server, Era era) {
    Limits limits = Limits.defaults();
    Pipe toServer = new Pipe();
    Pipe toClient = new Pipe();
    Thread serving =
        new Thread(
            () -> {
              try {
                server.serve(Stdio.of(toServer.in(), toClient.out(), limits));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                toClient.close();
              }
            },
            "cleat-test-server");
    serving.setDaemon(true);
    serving.start();
    Runnable end =
        () -> {
          toServer.close();
          server.close();
          toClient.close();
          join(serving);
        };
    try {
      McpClient client =
          era.connect(McpClient.over(() -> Stdio.of(toClient.in(), toServer.out(), limits)));
      return new TestClient(client, end);
    } catch (RuntimeException | Error e) {
      end.run();
      throw e;
    }
  }

  /**
   * Serves over HTTP on a free port of this machine and connects to that. The server belongs to the
   * test client from then on.
   *
   * @throws McpException.ConnectFailed when the server does not answer
   */
  public static TestClient overHttp(McpServer server, Era era) {
    HttpServer http = HttpServer.builder(server).start();
    HttpTransport transport = new HttpTransport();
    ClientDefinition definition = ClientDefinition.url(http.uri().toString());
    try {
      McpClient client =
          era.connect(McpClient.over(() -> transport.open("test", definition, Limits.defaults())));
      return new TestClient(client, http::close);
    } catch (RuntimeException | Error e) {
      http.close();
      throw e;
    }
  }

  /**
   * Tests through a client that is there already, which belongs to the test client from then on.
   */
  public static TestClient of(McpClient client) {
    return new TestClient(client, () -> {});
  }

  /** The client itself, for what this class does not offer. */
  public McpClient client() {
    return client;
  }

  /** What the server lists, page by page. */
  public List<Tool> tools() {
    return client.listTools();
  }

  /** The tool of that name among the listed ones; fails the test when there is none. */
  public Tool tool(String name) {
    List<Tool> tools = tools();
    return tools.stream()
        .filter(tool -> tool.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "There is no tool "
                        + name
                        + " among "
                        + tools.stream().map(Tool::name).toList()));
  }

  /** Calls a tool and waits for its answer. */
  public CallOutcome call(String tool, Map<String, ?> arguments) {
    return call(ToolCall.of(tool, arguments));
  }

  /** Makes a call with a time limit or a listener of its own, and waits for its answer. */
  public CallOutcome call(ToolCall call) {
    return new CallOutcome(call.tool(), client.callTool(call));
  }

  @Override
  public void close() {
    client.close();
    onClose.run();
  }

  private static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

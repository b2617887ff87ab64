// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.Access;
import dev.cleat.mcp.McpServer;
import dev.cleat.stdio.Stdio;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The program of the children: a {@link Desk} over stdio, served by Cleat, by the SDK, or by
 * nobody, as its argument says.
 */
final class DeskServer {
  static final String BY_CLEAT = "cleat";
  static final String BY_SDK = "sdk";
  static final String BY_NOBODY = "nobody";

  private DeskServer() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals(BY_CLEAT)) {
      try (McpServer server =
          McpServer.builder()
              .name("desk", "1")
              .instructions("Sit down.")
              .tools(new Desk())
              .build()) {
        server.serve(Stdio.standard());
      }
      return;
    }
    if (args[0].equals(BY_NOBODY)) {
      new CountDownLatch(1).await();
    }
    Ending in = new Ending(System.in);
    var spec =
        io.modelcontextprotocol.server.McpServer.sync(
                new StdioServerTransportProvider(McpJsonDefaults.getMapper(), in, System.out))
            .serverInfo("desk", "1")
            .instructions("Sit down.");
    try (SdkTools tools = SdkTools.addTo(spec, new Desk(), Access.WRITE)) {
      McpSyncServer server = tools.follow(spec.build());
      in.end.await();
      server.close();
    }
    // The SDK's threads would keep it alive.
    System.exit(0);
  }

  /** The SDK does not tell that its input has ended. */
  private static final class Ending extends FilterInputStream {
    final CountDownLatch end = new CountDownLatch(1);

    Ending(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      return told(super.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return told(super.read(bytes, offset, length));
    }

    private int told(int read) {
      if (read < 0) {
        end.countDown();
      }
      return read;
    }
  }

  static List<String> command(String by) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx128m",
        "-cp",
        classPath(),
        DeskServer.class.getName(),
        by);
  }

  /** All that this JVM has, whether on the class path or the module path. */
  private static String classPath() {
    List<String> all = new ArrayList<>();
    for (String path : List.of("java.class.path", "jdk.module.path")) {
      all.add(System.getProperty(path, ""));
    }
    String itself = DeskServer.class.getName().replace('.', '/') + ".class";
    try {
      Path here = Path.of(DeskServer.class.getResource("/" + itself).toURI());
      for (int depth = itself.split("/").length; depth > 0; depth--) {
        here = here.getParent();
      }
      all.add(0, here.toString());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return String.join(File.pathSeparator, all);
  }
}

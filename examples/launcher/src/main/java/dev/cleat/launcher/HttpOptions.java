// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.http.HttpServer;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where and how {@code serve} listens for HTTP, if it is to. */
final class HttpOptions {
  private static final int MAX_PORT = 65_535;

  /** Shorter ones can be guessed. */
  private static final int MIN_TOKEN = 16;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description = "over HTTP instead, at /mcp there; port 0 is any free one")
  private Optional<String> address = Optional.empty();

  @Option(
      names = "--http-tokens",
      paramLabel = "FILE",
      description =
          "who may come in: a line 'name token' for each; needed unless HOST is this machine alone")
  private Optional<Path> tokens = Optional.empty();

  @Option(
      names = "--http-hosts",
      paramLabel = "NAME",
      split = ",",
      description = "further names that clients may reach it by")
  private List<String> hosts = List.of();

  @Option(
      names = "--http-origins",
      paramLabel = "ORIGIN",
      split = ",",
      description = "web pages that may call it, such as https://example.org")
  private List<String> origins = List.of();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "serve HTTPS with that certificate chain (PEM)")
  private Optional<Path> certificate = Optional.empty();

  @Option(names = "--tls-key", paramLabel = "FILE", description = "and that private key (PEM)")
  private Optional<Path> key = Optional.empty();

  boolean isWanted() {
    if (address.isEmpty()) {
      if (tokens.isPresent() || certificate.isPresent() || key.isPresent()) {
        throw new ConfigException("--http-tokens, --tls-cert and --tls-key go with --http.");
      }
      return false;
    }
    return true;
  }

  /**
   * Describes the server, without metrics.
   *
   * @throws ConfigException when an option makes no sense
   */
  HttpServer.Builder describe(McpServer server) {
    String wanted = address.orElseThrow();
    int colon = wanted.lastIndexOf(':');
    String host = colon < 0 ? "" : wanted.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (tokens.isEmpty() && !host.isEmpty() && !isThisMachineAlone(host)) {
      throw new ConfigException(
          "--http "
              + wanted
              + " can be reached from other machines. Say who may come in with --http-tokens FILE,"
              + " or listen on 127.0.0.1.");
    }
    HttpServer.Builder builder = HttpServer.builder(server);
    builder.address(host, port(wanted, wanted.substring(colon + 1), host));
    tokens.ifPresent(file -> builder.tokens(read(file)));
    builder.allowedHosts(hosts.toArray(String[]::new));
    builder.allowedOrigins(origins.toArray(String[]::new));
    if (certificate.isPresent() != key.isPresent()) {
      throw new ConfigException("--tls-cert and --tls-key go together; one of them is missing.");
    }
    if (certificate.isPresent()) {
      builder.tls(certificate.get(), key.orElseThrow());
    }
    return builder;
  }

  private static boolean isThisMachineAlone(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException("--http: there is no address \"" + host + "\" here.");
    }
  }

  private static int port(String wanted, String text, String host) {
    try {
      int port = Integer.parseInt(text);
      if (!host.isEmpty() && port >= 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException notOne) {
      // said below
    }
    throw new ConfigException(
        "--http "
            + wanted
            + " is no address. It has to be HOST:PORT, such as 127.0.0.1:8080, [::1]:8080 or"
            + " 127.0.0.1:0.");
  }

  /** The message names the line and never what is in it. */
  private static Map<String, String> read(Path file) {
    Map<String, String> secretsByName = new LinkedHashMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new ConfigException("--http-tokens: " + file + " cannot be read.");
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\\s+");
      if (parts.length != 2
          || parts[1].length() < MIN_TOKEN
          || secretsByName.put(parts[0], parts[1]) != null) {
        throw new ConfigException(
            "--http-tokens: line "
                + (i + 1)
                + " of "
                + file
                + " has to be a name of its own and a token of at least "
                + MIN_TOKEN
                + " characters.");
      }
    }
    if (secretsByName.isEmpty()) {
      throw new ConfigException("--http-tokens: there is no token in " + file + ".");
    }
    return secretsByName;
  }
}

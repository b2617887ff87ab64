// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.immutables.value.Value;

/**
 * How to reach one MCP server: by a command to start, or by a URL. It is compared as a whole, so
 * any change of it is a change. Immutable; {@code toString} shows neither environment nor headers.
 */
@Value.Immutable
public interface ClientDefinition {
  /** A server that is a program of this machine, with its arguments. */
  static ClientDefinition command(String command, String... arguments) {
    return builder().command(command).addArgs(arguments).build();
  }

  /** A server behind a URL. */
  static ClientDefinition url(String url) {
    return builder().url(URI.create(url)).build();
  }

  /** Starts from nothing. */
  static Builder builder() {
    return new Builder();
  }

  /** The program, looked up on {@code PATH}; run without a shell. */
  Optional<String> command();

  /** Its arguments, each passed as it is. */
  List<String> args();

  /** Variables added to the small safe environment that a child gets. */
  @Value.Redacted
  Map<String, String> env();

  /** Its working directory; this process's own when absent. */
  Optional<Path> cwd();

  /** The endpoint. */
  Optional<URI> url();

  /** Headers of every request. */
  @Value.Redacted
  Map<String, String> headers();

  /** How long a call may take; the host's limit when absent. */
  Optional<Duration> callTimeout();

  /** How long connecting may take; the host's limit when absent. */
  Optional<Duration> connectTimeout();

  /** After how long without a call the client is closed until it is used again; never if absent. */
  Optional<Duration> idleLimit();

  /** How many calls may run at once, 1 or more; the host's limit when absent. */
  OptionalInt maxConcurrentCalls();

  /** One of command and URL, and only what goes with it. */
  @Value.Check
  default void check() {
    if (command().isPresent() == url().isPresent()) {
      throw new IllegalArgumentException(
          "A client is reached by either a command or a url; this one has "
              + (command().isPresent() ? "both." : "neither."));
    }
    if (command().filter(String::isBlank).isPresent()) {
      throw new IllegalArgumentException("The command of a client is blank.");
    }
    if (url().isPresent() && (!args().isEmpty() || !env().isEmpty() || cwd().isPresent())) {
      throw new IllegalArgumentException("args, env and cwd go with a command, not with a url.");
    }
    if (command().isPresent() && !headers().isEmpty()) {
      throw new IllegalArgumentException("headers go with a url, not with a command.");
    }
    aboveZero(callTimeout(), "callTimeout");
    aboveZero(connectTimeout(), "connectTimeout");
    aboveZero(idleLimit(), "idleLimit");
    if (maxConcurrentCalls().isPresent() && maxConcurrentCalls().getAsInt() < 1) {
      throw new IllegalArgumentException(
          "maxConcurrentCalls has to be at least 1: " + maxConcurrentCalls().getAsInt());
    }
  }

  private static void aboveZero(Optional<Duration> limit, String name) {
    if (limit.filter(l -> l.isNegative() || l.isZero()).isPresent()) {
      throw new IllegalArgumentException(name + " has to be above zero: " + limit.get());
    }
  }

  /** Builds definitions. */
  final class Builder extends ImmutableClientDefinition.Builder {
    Builder() {}
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A cluster that runs already, reached by the address of its dashboard. Nothing is started and
 * nothing is ended by it.
 *
 * <p>A token in a file is read for every request, so that it can be replaced while this runs.
 */
public final class RemoteRay implements RayTarget {
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

  private final String name;
  private final DashboardAddress address;
  // Nothing for one that a person configured.
  private final Optional<AllowedAddresses> allowed;
  private final Optional<String> token;
  private final Optional<Path> tokenFile;

  private RemoteRay(
      String name,
      DashboardAddress address,
      Optional<AllowedAddresses> allowed,
      Optional<String> token,
      Optional<Path> tokenFile) {
    this.name = requireNonNull(name, "name");
    this.address = requireNonNull(address, "address");
    this.allowed = allowed;
    this.token = token;
    this.tokenFile = tokenFile;
  }

  /** The dashboard at an address that a person configured. */
  public static RemoteRay at(DashboardAddress address) {
    return new RemoteRay(
        address.toString(), address, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The dashboard at an address that came from a caller: it has to be allowed, each time. */
  static RemoteRay asked(String name, DashboardAddress address, AllowedAddresses allowed) {
    return new RemoteRay(name, address, Optional.of(allowed), Optional.empty(), Optional.empty());
  }

  /**
   * The same with a token.
   *
   * @throws IllegalArgumentException when the token cannot be sent in a header
   */
  public RemoteRay withToken(String newToken) {
    if (!TOKEN.matcher(newToken).matches() || newToken.length() > Bounds.TOKEN_BYTES) {
      throw new IllegalArgumentException(
          "The token is empty, too long, or has a character in it that cannot be sent in a header.");
    }
    return new RemoteRay(name, address, allowed, Optional.of(newToken), Optional.empty());
  }

  /** The same with a token that a file holds. */
  public RemoteRay withTokenFile(Path file) {
    return new RemoteRay(name, address, allowed, Optional.empty(), Optional.of(file));
  }

  /** Whether a person configured it. */
  boolean isConfigured() {
    return allowed.isEmpty();
  }

  DashboardAddress address() {
    return address;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public RayKind kind() {
    return RayKind.REMOTE;
  }

  @Override
  public DashboardEndpoint dashboard() {
    allowed.ifPresent(addresses -> addresses.require(address));
    return new DashboardEndpoint(address, token.or(() -> tokenFile.map(RemoteRay::read)), true);
  }

  @Override
  public Optional<String> tokenReference() {
    return tokenFile.map(Path::toString);
  }

  private static String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Bounds.TOKEN_BYTES + 1);
      String token = new String(bytes, StandardCharsets.US_ASCII).strip();
      if (bytes.length <= Bounds.TOKEN_BYTES && TOKEN.matcher(token).matches()) {
        return token;
      }
      throw unusable(file, "it does not hold one token and nothing else");
    } catch (IOException e) {
      throw unusable(file, e.getClass().getSimpleName()).causedBy(e);
    }
  }

  private static ToolFailure unusable(Path file, String why) {
    return new ToolFailure(
        FailureKind.UNAUTHENTICATED,
        "The token file " + file + " cannot be used: " + why + ".",
        "Put the token of the Ray cluster into it, or change providers.ray.tokenFile.");
  }
}

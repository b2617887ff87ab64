// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Keeps addresses that no person configured away from what only this machine should reach: the
 * metadata services of clouds hand out credentials to whoever asks.
 *
 * <p>The name is resolved here and again by the connection that follows, which in between takes it
 * from the JVM's own cache of names.
 */
final class AddressPolicy {
  // Metadata services outside the link-local range: AWS over IPv6, Alibaba, Oracle.
  private static final Set<String> METADATA =
      Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192");

  private AddressPolicy() {}

  /** Throws when the endpoint must not be connected to. */
  static void check(DashboardEndpoint endpoint) {
    if (endpoint.trusted()) {
      return;
    }
    for (InetAddress address : resolve(endpoint.address())) {
      if (isForbidden(address)) {
        throw new ToolFailure(
            FailureKind.NOT_ALLOWED,
            endpoint.address()
                + " leads to "
                + address.getHostAddress()
                + ", a link-local or metadata address.",
            "Such an address is used only when it is configured as providers.ray.dashboard.");
      }
    }
  }

  static boolean isForbidden(InetAddress address) {
    return address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || METADATA.contains(address.getHostAddress());
  }

  static InetAddress[] resolve(DashboardAddress address) {
    try {
      return InetAddress.getAllByName(address.host());
    } catch (UnknownHostException e) {
      throw ToolFailure.unavailable(
              "The name " + address.host() + " of the Ray dashboard is not known.",
              "Check the name, and that this machine can resolve it.")
          .causedBy(e);
    }
  }
}

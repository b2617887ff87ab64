// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which dashboards a caller of the tools may have us connect to: those on loopback, and those that
 * a person allowed by name, by address or by range. Everything else is refused, private ranges
 * included, because what answers there need not be a dashboard. Immutable.
 *
 * <p>A name that is allowed still may not lead to a link-local or metadata address, unless a range
 * allows that too.
 */
final class AllowedAddresses {
  private static final String SETTING = "providers.ray.allowedDashboards";
  private static final String FORMS =
      "a host such as ray.example.org, *.example.org, an address, or a range such as 10.0.0.0/8";

  /** One allowed thing. */
  private interface Rule {
    boolean allows(String host, InetAddress address);
  }

  /** Of the addresses in a range. */
  private record Range(InetAddress first, int bits) implements Rule {
    @Override
    public boolean allows(String host, InetAddress address) {
      byte[] bytes = address.getAddress();
      byte[] network = first.getAddress();
      if (bytes.length != network.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((bytes[bit / 8] & mask) != (network[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /** Of a name; with a leading dot, of all names below it. */
  private record Named(String name) implements Rule {
    @Override
    public boolean allows(String host, InetAddress address) {
      boolean fits = name.startsWith(".") ? host.endsWith(name) : host.equals(name);
      return fits && !AddressPolicy.isForbidden(address);
    }
  }

  private final List<Rule> rules;

  private AllowedAddresses(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * Loopback and these.
   *
   * @throws IllegalArgumentException when one cannot be understood
   */
  static AllowedAddresses of(List<String> allowed) {
    return new AllowedAddresses(allowed.stream().map(AllowedAddresses::rule).toList());
  }

  /**
   * Resolves the host, and throws unless all it leads to is allowed.
   *
   * @throws ToolFailure {@link FailureKind#NOT_ALLOWED}
   */
  void require(DashboardAddress dashboard) {
    for (InetAddress address : AddressPolicy.resolve(dashboard)) {
      boolean allowed =
          address.isLoopbackAddress()
              || rules.stream().anyMatch(rule -> rule.allows(dashboard.host(), address));
      if (!allowed) {
        throw new ToolFailure(
            FailureKind.NOT_ALLOWED,
            "A dashboard at "
                + dashboard.host()
                + " ("
                + address.getHostAddress()
                + ") may not be"
                + " connected to.",
            "Only this machine's own may, and those that "
                + SETTING
                + " in cleat.json names: add "
                + FORMS
                + ".");
      }
    }
  }

  private static Rule rule(String text) {
    int slash = text.indexOf('/');
    String host = (slash < 0 ? text : text.substring(0, slash)).toLowerCase(Locale.ROOT);
    boolean below = host.startsWith("*.");
    String plain = below ? host.substring(2) : host;
    boolean v6 = plain.indexOf(':') >= 0 && !plain.startsWith("[");
    String written;
    try {
      written = DashboardAddress.parse("http://" + (v6 ? "[" + plain + "]" : plain)).host();
    } catch (IllegalArgumentException e) {
      throw refused(text);
    }
    Optional<InetAddress> literal = below ? Optional.empty() : literal(written);
    if (literal.isPresent()) {
      int all = literal.get().getAddress().length * 8;
      return new Range(literal.get(), slash < 0 ? all : bits(text, text.substring(slash + 1), all));
    }
    if (slash >= 0 || !written.equals(plain)) {
      throw refused(text);
    }
    return new Named(below ? "." + plain : plain);
  }

  // A host that parsed and ends in a digit is a dotted quad; neither is looked up.
  private static Optional<InetAddress> literal(String host) {
    try {
      return host.startsWith("[")
              || Character.isDigit(host.charAt(host.length() - 1)) && isQuad(host)
          ? Optional.of(InetAddress.getByName(host))
          : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static boolean isQuad(String host) {
    return host.matches("[0-9]+(\\.[0-9]+){3}");
  }

  private static int bits(String text, String given, int most) {
    if (!given.matches("[0-9]{1,3}") || Integer.parseInt(given) > most) {
      throw refused(text);
    }
    return Integer.parseInt(given);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        SETTING + ": \"" + Text.shown(text) + "\" is not " + FORMS + ".");
  }
}

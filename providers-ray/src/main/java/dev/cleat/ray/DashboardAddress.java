// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a Ray dashboard answers: scheme, host, port, and a path prefix when it is behind a proxy.
 *
 * <p>Reading one connects to nothing and looks no name up. What {@link #toString()} prints is read
 * again as an equal address.
 *
 * <p><b>Errors.</b> {@link #parse} throws {@link IllegalArgumentException} whose message says what
 * is allowed, and never repeats a user name or password.
 */
public final class DashboardAddress {
  private static final String ALLOWED =
      "Allowed is http or https, a host, a port and a path, for example http://127.0.0.1:8265.";

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern NUMERIC = Pattern.compile("[0-9]+|0x[0-9a-f]*");
  private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]+");
  private static final int MAX_CHARS = 2048;
  private static final int MAX_HOST_CHARS = 253;

  private final String scheme;
  private final String host;
  private final int port;
  private final String path;

  private DashboardAddress(String scheme, String host, int port, String path) {
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.path = path;
  }

  /** Reads an address such as {@code http://127.0.0.1:8265}. */
  public static DashboardAddress parse(String text) {
    requireNonNull(text, "text");
    if (text.length() > MAX_CHARS) {
      throw refused("an address of " + text.length() + " characters", "it is too long");
    }
    int schemeEnd = text.indexOf("://");
    if (schemeEnd < 0) {
      throw refused(text, "it does not begin with http:// or https://");
    }
    String scheme = text.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw refused(text, "its scheme is neither http nor https");
    }
    String rest = text.substring(schemeEnd + 3);
    if (rest.indexOf('@') >= 0) {
      throw refused(text, "it has a user name or password; set \"token\" or \"tokenFile\" instead");
    }
    if (rest.indexOf('#') >= 0) {
      throw refused(text, "it has a fragment; leave out everything from # on");
    }
    if (rest.indexOf('?') >= 0) {
      throw refused(text, "it has a query; leave out everything from ? on");
    }
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = path(text, slash < 0 ? "" : rest.substring(slash));
    int portColon = authority.lastIndexOf(':');
    if (portColon <= authority.lastIndexOf(']')) {
      portColon = -1;
    }
    String host = portColon < 0 ? authority : authority.substring(0, portColon);
    int port = scheme.equals("http") ? 80 : 443;
    if (portColon >= 0) {
      port = port(text, authority.substring(portColon + 1));
    }
    DashboardAddress address =
        new DashboardAddress(scheme, host(text, host.toLowerCase(Locale.ROOT)), port, path);
    address.requireUri(text);
    return address;
  }

  /** The host as written: a name, a dotted quad, or an IPv6 address in brackets. */
  public String host() {
    return host;
  }

  /** The port, the scheme's own when none was given. */
  public int port() {
    return port;
  }

  /** Whether what is sent is encrypted. */
  public boolean isEncrypted() {
    return scheme.equals("https");
  }

  /** The address of one resource; the route begins with a slash and is percent-encoded already. */
  URI resolve(String route) {
    return URI.create(this + route);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DashboardAddress that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The address as it can be read again; without a port when that is the scheme's own. */
  @Override
  public String toString() {
    boolean own = port == (isEncrypted() ? 443 : 80);
    return scheme + "://" + host + (own ? "" : ":" + port) + path;
  }

  private static String host(String text, String host) {
    if (host.startsWith("[") && host.endsWith("]")) {
      return ipv6(text, host);
    }
    if (host.isEmpty()) {
      throw refused(text, "it has no host");
    }
    String[] labels = host.split("\\.", -1);
    if (NUMERIC.matcher(labels[labels.length - 1]).matches()) {
      requireQuad(text, host, labels);
      return host;
    }
    if (host.length() > MAX_HOST_CHARS) {
      throw refused(text, "its host is longer than 253 characters");
    }
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        throw refused(
            text,
            "its host is not a name of letters, digits and inner hyphens between single dots");
      }
    }
    return host;
  }

  // A host that ends in a number is an IPv4 address for whoever resolves it, in spellings that
  // differ from one resolver to the next. So only the one spelling that all agree on is let in.
  private static void requireQuad(String text, String host, String[] labels) {
    boolean quad = labels.length == 4;
    for (String label : labels) {
      quad = quad && OCTET.matcher(label).matches() && Integer.parseInt(label) <= 255;
    }
    if (!quad) {
      throw refused(
          text, "\"" + shown(host) + "\" ends in a number and is not four numbers from 0 to 255");
    }
  }

  private static String ipv6(String text, String host) {
    try {
      // In brackets it is read as a literal and never looked up.
      if (IPV6.matcher(host.substring(1, host.length() - 1)).matches()
          && InetAddress.getByName(host).getAddress().length > 0) {
        return host;
      }
    } catch (UnknownHostException e) {
      // Refused below, as what does not look like one.
    }
    throw refused(text, "what is in brackets is not an IPv6 address without a zone");
  }

  private static int port(String text, String port) {
    if (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65535) {
      throw refused(text, "its port is not a number from 1 to 65535");
    }
    return Integer.parseInt(port);
  }

  private static String path(String text, String path) {
    String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (trimmed.isEmpty()) {
      return "";
    }
    for (String segment : trimmed.substring(1).split("/", -1)) {
      if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
        throw refused(
            text,
            "a part of its path is empty, is a dot name, or has more than A-Za-z0-9._~- in it");
      }
    }
    return trimmed;
  }

  private void requireUri(String text) {
    try {
      if (new URI(toString()).getHost() != null) {
        return;
      }
    } catch (URISyntaxException e) {
      // Refused below.
    }
    throw refused(text, "its host cannot be written in a URL");
  }

  private static IllegalArgumentException refused(String text, String why) {
    return new IllegalArgumentException(
        "\"" + shown(text) + "\" is not the address of a Ray dashboard: " + why + ". " + ALLOWED);
  }

  // The part before an @ can be a password. Control characters have no place in a message.
  private static String shown(String text) {
    int at = text.lastIndexOf('@');
    int slashes = text.indexOf("://");
    String masked =
        at < 0
            ? text
            : (slashes >= 0 && slashes < at ? text.substring(0, slashes + 3) : "")
                + "***"
                + text.substring(at);
    String printable = masked.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= 120 ? printable : printable.substring(0, 120) + "…";
  }
}

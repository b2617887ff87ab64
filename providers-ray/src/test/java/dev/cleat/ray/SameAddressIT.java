// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;

/**
 * An address that we let in means the same host and port to the JDK, to Python's own reader of URLs
 * and to the one of the HTTP library that Ray uses.
 */
class SameAddressIT {
  private static final String SCRIPT =
      """
      import sys, urllib.parse, yarl
      for line in sys.stdin:
          url = line.rstrip("\\n")
          one, other = urllib.parse.urlsplit(url), yarl.URL(url)
          print(one.hostname, one.port or {"http": 80, "https": 443}[one.scheme], other.raw_host, other.port, flush=True)
      """;

  private static Process python;
  private static BufferedWriter ask;
  private static BufferedReader answer;

  @BeforeContainer
  static void startPython() throws Exception {
    Path ray = RealRay.command();
    python =
        new ProcessBuilder(ray.resolveSibling("python").toString(), "-c", SCRIPT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    ask = python.outputWriter();
    answer = python.inputReader();
  }

  @AfterContainer
  static void endPython() throws Exception {
    ask.close();
    assertThat(python.waitFor()).isZero();
  }

  @Property(tries = 5000)
  void everybodyReadsTheSameHostAndPort(@ForAll("almostAddresses") String text) throws Exception {
    DashboardAddress address;
    try {
      address = DashboardAddress.parse(text);
    } catch (IllegalArgumentException refused) {
      Statistics.collect(false);
      return;
    }
    Statistics.collect(true);

    Statistics.coverage(seen -> seen.check(true).percentage(share -> share > 5));
    // As it was given, which is what somebody else would read, and as we use it.
    for (String url : new String[] {text, address.toString()}) {
      URI uri = URI.create(url);
      requireSame(address, uri.getHost(), uri.getPort() < 0 ? port(uri) : uri.getPort());
      String[] read = python(url);
      requireSame(address, read[0], Integer.parseInt(read[1]));
      requireSame(address, read[2], Integer.parseInt(read[3]));
    }
  }

  private static int port(URI uri) {
    return uri.getScheme().equalsIgnoreCase("http") ? 80 : 443;
  }

  private static void requireSame(DashboardAddress address, String host, int port)
      throws IOException {
    assertThat(port).isEqualTo(address.port());
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    if (address.host().startsWith("[")) {
      // In brackets it is a literal, which is not looked up.
      assertThat(InetAddress.getByName("[" + bare + "]"))
          .isEqualTo(InetAddress.getByName(address.host()));
    } else {
      assertThat(bare).isEqualToIgnoringCase(address.host());
    }
  }

  private static String[] python(String url) throws IOException {
    ask.write(url + "\n");
    ask.flush();
    return answer.readLine().split(" ");
  }

  @Provide
  Arbitrary<String> almostAddresses() {
    Arbitrary<String> part =
        Arbitraries.of(
            ".",
            "..",
            "127",
            "0",
            "256",
            "10",
            "ray",
            "-",
            "a",
            "B",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "[0:0::01]",
            "@",
            "?",
            "#",
            "%41",
            "_",
            "~",
            "\\",
            ";",
            "&",
            "xn--nxasmq6b",
            "é");
    Arbitrary<String> soup = part.list().ofMinSize(1).ofMaxSize(5).map(p -> String.join("", p));
    Arbitrary<String> plain =
        Arbitraries.of("ray", "10", "a-b", "127", "0", "255", "x1", "[::1]", "B")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(labels -> String.join(".", labels));
    Arbitrary<String> host = Arbitraries.oneOf(soup, plain, plain);
    Arbitrary<String> port =
        Arbitraries.of("", ":8265", ":1", ":65535", ":0", ":65536", ":08", ":", ":8 ");
    Arbitrary<String> path = Arbitraries.of("", "/", "/ray", "/a/b.c", "/..", "//", "/%2e", "/a;b");
    return Combinators.combine(Arbitraries.of("http://", "https://", "HTTP://"), host, port, path)
        .as((scheme, name, number, rest) -> scheme + name + number + rest);
  }
}

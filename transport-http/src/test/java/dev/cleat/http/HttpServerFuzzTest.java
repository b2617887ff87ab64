// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever comes, each request gets one answer, and the next one is served. */
class HttpServerFuzzTest {
  private static Served served;

  @BeforeContainer
  static void start() {
    served = new Served();
  }

  @AfterContainer
  static void stop() {
    served.close();
  }

  @Property(tries = 300)
  void anyBodyIsAnswered(@ForAll byte[] bytes) throws Exception {
    String body = new String(bytes, StandardCharsets.UTF_8);

    assertThat(served.post(Served.callHeaders("echo"), body).status()).isEqualTo(400);
    assertServing();
  }

  @Property(tries = 300)
  void anyCutOfAMessageIsAnswered(@ForAll int at, @ForAll char other) throws Exception {
    String body = Served.call(1, "echo", "\"message\":\"m\"");
    int index = Math.floorMod(at, body.length());
    String cut = body.substring(0, index);
    String changed = cut + other + body.substring(index + 1);

    assertThat(served.post(Served.callHeaders("echo"), cut).status()).isEqualTo(400);
    assertThat(served.post(Served.callHeaders("echo"), changed).status()).isIn(200, 202, 400, 404);
    assertServing();
  }

  @Property(tries = 300)
  void anyHeaderIsAnswered(@ForAll @StringLength(max = 60) String text, @ForAll int which)
      throws Exception {
    String[] names = {
      "MCP-Protocol-Version",
      "Mcp-Method",
      "Mcp-Name",
      "Mcp-Session-Id",
      "Last-Event-ID",
      "Accept",
      "Content-Type",
      "Origin",
      "Host",
      "Authorization",
      "Mcp-Param-Region"
    };
    String value = text.replaceAll("[\\r\\n]", " ");
    Map<String, String> headers = Served.callHeaders("routed");
    headers.put(names[Math.floorMod(which, names.length)], value);

    int status = served.post(headers, Served.call(1, "routed", "")).status();

    assertThat(status).isBetween(200, 499);
    assertServing();
  }

  @Property(tries = 200)
  void anyBytesLeaveTheServerServing(@ForAll @Size(max = 300) byte[] bytes) throws Exception {
    try (RawHttp http = new RawHttp(served.uri())) {
      http.write(bytes);
      http.write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      http.endOfInput();
      assertThat(http.readHead().status()).isBetween(400, 599);
    } catch (EOFException | SocketException gaveUp) {
      // Also fine: it is no HTTP.
    }
    assertServing();
  }

  private static void assertServing() throws IOException {
    assertThat(
            served
                .post(Served.callHeaders("echo"), Served.call(1, "echo", "\"message\":\"m\""))
                .status())
        .isEqualTo(200);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The headers that repeat what the body of a request of the newer era says. */
@ExtendWith(LeavesNoThreads.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerHeadersTest {
  private static final int MISMATCH = -32020;

  private Served served;

  @BeforeAll
  void start() {
    served = new Served();
  }

  @AfterAll
  void stop() {
    served.close();
  }

  @Test
  void eachStandardHeaderHasToBeThereAndEqual() throws Exception {
    for (String name : new String[] {"MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"}) {
      for (String value : new String[] {RawHttp.ABSENT, "", "other", "ECHO", "=?base64?%%?="}) {
        Map<String, String> headers = Served.callHeaders("echo");
        headers.put(name, value);

        RawHttp.Answer answer = served.post(headers, Served.call(1, "echo", "\"message\":\"m\""));

        assertThat(answer.status()).as(name + ": " + value).isEqualTo(400);
        assertThat(answer.errorCode()).as(name + ": " + value).isEqualTo(MISMATCH);
        assertThat(answer.json()).containsEntry("id", 1L);
      }
    }
  }

  @Test
  void namesOfHeadersIgnoreCaseAndValuesAreTrimmed() throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("mcp-protocol-VERSION", "  " + Served.MODERN + " ");
    headers.put("MCP-METHOD", "tools/call\t");
    headers.put("mcp-name", " echo ");

    assertThat(served.post(headers, Served.call(1, "echo", "\"message\":\"m\"")).status())
        .isEqualTo(200);
  }

  @Test
  void aHeaderSentTwiceIsNotTrusted() throws Exception {
    Map<String, String> headers = Served.callHeaders("echo");
    headers.put("mcp-NAME", "echo");

    assertThat(served.post(headers, Served.call(1, "echo", "\"message\":\"m\"")).errorCode())
        .isEqualTo(MISMATCH);
  }

  @Test
  void theNameMayBeWrapped() throws Exception {
    assertThat(
            served
                .post(
                    Served.callHeaders(wrapped("echo")),
                    Served.call(1, "echo", "\"message\":\"m\""))
                .status())
        .isEqualTo(200);
  }

  @Test
  void argumentsTravelInHeaders() throws Exception {
    check(200, "\"region\":\"eu\"", "Region", "eu");
    check(200, "\"region\":\"eu\"", "REGION", "eu");
    check(200, "\"region\":\"zü\"", "Region", wrapped("zü"));
    check(200, "\"region\":\" eu\"", "Region", wrapped(" eu"));
    check(200, "\"count\":42", "Count", "42");
    check(200, "\"count\":42", "Count", "42.0");
    check(200, "\"deep\":{\"flag\":true}", "Deep", "ignored", "Flag", "true");
    check(200, "\"region\":null", "Other", "x");
    check(200, "", "Other", "x");
  }

  @Test
  void argumentsThatDifferFromTheirHeaderAreRefused() throws Exception {
    check(400, "\"region\":\"eu\"", "Region", "us");
    check(400, "\"region\":\"eu\"", "Region", "EU");
    check(400, "\"region\":\"eu\"", "Region", "=?base64?e?=");
    check(400, "\"region\":\"eu\"", "Region", "=?base64?/w==?=");
    check(400, "\"region\":\"eu\"");
    check(400, "\"region\":null", "Region", "eu");
    check(400, "", "Region", "eu");
    check(400, "\"count\":42", "Count", "43");
    check(400, "\"count\":42", "Count", "4e1");
    check(400, "\"count\":42", "Count", "1e999999999");
    check(400, "\"count\":42", "Count", "");
    check(400, "\"deep\":{\"flag\":true}", "Flag", "false");
    check(400, "\"deep\":{\"flag\":true}");
    check(400, "\"deep\":7", "Flag", "true");
  }

  @Test
  void anUnsupportedVersionComesBeforeTheParameterHeaders() throws Exception {
    Map<String, String> headers = Served.callHeaders("routed");
    headers.put("MCP-Protocol-Version", "2030-01-01");
    String body =
        Served.call(1, "routed", "\"region\":\"eu\"").replace(Served.MODERN, "2030-01-01");

    assertThat(served.post(headers, body).errorCode()).isEqualTo(-32022);
  }

  @Test
  void aNameThatIsNoStringIsTheServersToRefuse() throws Exception {
    String body = Served.modern(1, "tools/call", "\"name\":7");

    assertThat(served.post(Served.callHeaders("7"), body).errorCode()).isEqualTo(-32602);
  }

  private void check(int status, String arguments, String... parameterHeaders) throws IOException {
    Map<String, String> headers = Served.callHeaders("routed");
    for (int i = 0; i < parameterHeaders.length; i += 2) {
      headers.put("Mcp-Param-" + parameterHeaders[i], parameterHeaders[i + 1]);
    }

    RawHttp.Answer answer = served.post(headers, Served.call(1, "routed", arguments));

    assertThat(answer.status()).as(arguments + headers + answer.text()).isEqualTo(status);
    if (status == 400) {
      assertThat(answer.errorCode()).isEqualTo(MISMATCH);
    }
  }

  private static String wrapped(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return "=?base64?" + Base64.getEncoder().encodeToString(utf8) + "?=";
  }
}

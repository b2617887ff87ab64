// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.http.HttpTransportReceiver.Lost;
import dev.cleat.spi.ClientDefinition;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTransportTlsTest {
  private static final String PASSWORD = "password";

  @TempDir Path folder;

  @Test
  void aServerThatNobodyVouchesForGetsNothing() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setKeyStore(selfSigned());
    tls.setKeyStorePassword(PASSWORD);
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server, 1, 1, tls);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            requests.incrementAndGet();
            callback.succeeded();
            return true;
          }
        });
    server.start();
    ClientDefinition definition =
        ClientDefinition.url("https://127.0.0.1:" + connector.getLocalPort() + "/mcp");
    try (var link =
        new HttpTransportLink(definition, Limits.defaults(), new HttpTransportReceiver())) {
      link.call(1);

      Lost lost = link.told.next(Lost.class);
      assertThat(lost.sent()).isFalse();
      assertThat(lost.reason()).startsWith("TLS with https://127.0.0.1:");
      assertThat(requests).hasValue(0);
    } finally {
      server.stop();
    }
  }

  private KeyStore selfSigned() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    assertThat(new String(keytool.getInputStream().readAllBytes(), "UTF-8") + keytool.waitFor())
        .endsWith("0");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }
}

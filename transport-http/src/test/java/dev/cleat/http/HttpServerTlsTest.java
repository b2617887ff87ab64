// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.spi.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTPS, with keys made by the JDK's own tool. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void itServesHttps(String algorithm) throws Exception {
    KeyStore made = make(algorithm);
    Path chain = pem("chain.pem", "CERTIFICATE", made.getCertificate("server").getEncoded());
    Path key = pem("key.pem", "PRIVATE KEY", made.getKey("server", PASSWORD).getEncoded());

    try (Served served = new Served(http -> http.tls(chain, key));
        RawHttp http =
            new RawHttp(
                trusting(made.getCertificate("server"))
                    .getSocketFactory()
                    .createSocket("127.0.0.1", served.http.port()))) {
      http.send(
          served.uri(),
          "POST",
          Served.callHeaders("echo"),
          Served.call(1, "echo", "\"message\":\"secret\""));

      assertThat(served.uri().getScheme()).isEqualTo("https");
      assertThat(http.read().text()).contains("secret");
    }
  }

  @Test
  void filesThatAreWrongAreSaidSo() throws Exception {
    KeyStore made = make("EC");
    Key key = made.getKey("server", PASSWORD);
    Path chain = pem("chain.pem", "CERTIFICATE", made.getCertificate("server").getEncoded());
    Path older = pem("older.pem", "EC PRIVATE KEY", key.getEncoded());
    Path damaged = pem("damaged.pem", "PRIVATE KEY", new byte[] {1, 2, 3});

    assertThatThrownBy(() -> Tls.keyStore(chain, older))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("openssl pkcs8");
    assertThatThrownBy(() -> Tls.keyStore(chain, damaged)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Tls.keyStore(older, older)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Tls.keyStore(folder.resolve("none"), older))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none");
  }

  private KeyStore make(String algorithm) throws Exception {
    Path store = folder.resolve(algorithm + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes());
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, PASSWORD);
    }
    return made;
  }

  private Path pem(String name, String kind, byte[] bytes) throws IOException {
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
            + "\n-----END "
            + kind
            + "-----\n";
    return Files.writeString(folder.resolve(name), text);
  }

  private static SSLContext trusting(Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;

/** A certificate and its key from PEM files, as the JDK wants to have them. */
final class Tls {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private Tls() {}

  /**
   * Reads both.
   *
   * @throws ConfigException when they cannot be used
   */
  static KeyStore keyStore(Path certificateChainPem, Path privateKeyPem) {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(Files.readAllBytes(certificateChainPem)));
      if (chain.isEmpty()) {
        throw new ConfigException("There is no certificate in " + certificateChainPem + ".");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, new char[0]);
      store.setKeyEntry(
          "server", key(privateKeyPem), new char[0], chain.toArray(new Certificate[0]));
      return store;
    } catch (IOException e) {
      throw new ConfigException("The TLS files cannot be read: " + e);
    } catch (GeneralSecurityException e) {
      // Its message may tell of the key's contents; its kind is enough.
      throw new ConfigException(
          "The certificate in "
              + certificateChainPem
              + " and the key in "
              + privateKeyPem
              + " cannot be used ("
              + e.getClass().getSimpleName()
              + "). Both have to be PEM, and belong together.");
    }
  }

  private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
    String text = Files.readString(pem, StandardCharsets.US_ASCII);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new ConfigException(
          pem
              + " has no unencrypted PKCS#8 key ("
              + BEGIN
              + "). Convert another one with: openssl pkcs8 -topk8 -nocrypt -in key.pem.");
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("The key in " + pem + " is damaged.");
    }
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(encoded);
    try {
      return KeyFactory.getInstance("RSA").generatePrivate(spec);
    } catch (InvalidKeySpecException notRsa) {
      return KeyFactory.getInstance("EC").generatePrivate(spec);
    }
  }
}

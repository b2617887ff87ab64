// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.spi.Protocol;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server of the stateless era gives a client to bring back with its answers: which questions
 * were asked in the course of a request, and what was answered in earlier rounds. Sealed with
 * HMAC-SHA256 over the content, the request it belongs to, who sent that, and when it ends, so that
 * a client can neither change it nor use it elsewhere.
 *
 * <p>Thread-safe.
 */
final class RequestState {
  private static final String ALGORITHM = "HmacSHA256";

  /** As long as the seal: more would add nothing. */
  static final int KEY_BYTES = 32;

  /** How long a user may take to answer. */
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final SecretKeySpec key;
  private final Clock clock;

  /**
   * @param key shared by all servers that one client may meet in the course of a request
   */
  RequestState(byte[] key, Clock clock) {
    this.key = new SecretKeySpec(key, ALGORITHM);
    this.clock = clock;
  }

  /** A key that no other server has. */
  static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /**
   * What has become of the questions so far.
   *
   * @param asked fingerprints of the questions of the last round, by their keys
   * @param answers earlier answers: fingerprint of the question, to the response
   */
  record Content(Map<String, Object> asked, Map<String, Object> answers) {
    static final Content NONE = new Content(Map.of(), Map.of());
  }

  String seal(Content content, String request, String principal) {
    Map<String, Object> json = Wire.object("asked", content.asked());
    json.put("answers", content.answers());
    json.put("until", clock.millis() + LIFETIME.toMillis());
    byte[] bytes = Json.bytes(json);
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString(bytes)
        + "."
        + base64.encodeToString(seal(bytes, request, principal));
  }

  /**
   * Opens one that a client brought back.
   *
   * @throws McpException.Protocol when it is not what was given to that client with that request,
   *     or is too old
   */
  Content open(String sealed, String request, String principal) {
    int dot = sealed.indexOf('.');
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(0, Math.max(0, dot)));
      byte[] seal = Base64.getUrlDecoder().decode(sealed.substring(dot + 1));
      if (dot > 0 && MessageDigest.isEqual(seal, seal(bytes, request, principal))) {
        Map<String, Object> json = Wire.object(Json.parse(bytes)).orElse(Map.of());
        if (json.get("until") instanceof Long until && until >= clock.millis()) {
          return new Content(
              Wire.object(json.get("asked")).orElse(Map.of()),
              Wire.object(json.get("answers")).orElse(Map.of()));
        }
      }
    } catch (IllegalArgumentException | Json.SyntaxException notOurs) {
      // refused below, like any other that was not sealed here
    }
    throw new McpException.Protocol(
        Protocol.INVALID_PARAMS,
        "requestState is not what this server gave for this request, or is older than "
            + LIFETIME.toMinutes()
            + " minutes. Send the request again without it.",
        Optional.empty());
  }

  /** What tells one request from another: its method and what it asks for. */
  static String requestOf(String method, Map<String, Object> params) {
    Map<String, Object> asked = new LinkedHashMap<>(params);
    asked.remove(Protocol.META);
    asked.remove(Wire.INPUT_RESPONSES);
    asked.remove(Wire.REQUEST_STATE);
    return fingerprint(Map.of("method", method, "params", asked));
  }

  /** A short text that differs when the JSON does. The order of keys does not count. */
  static String fingerprint(Map<String, Object> json) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Json.bytes(SortedJson.of(json)));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  private byte[] seal(byte[] content, String request, String principal) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(request.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      mac.update(principal.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return mac.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has " + ALGORITHM, e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * One request to a dashboard.
 *
 * @param method GET changes nothing, all others do
 * @param route path and query, percent-encoded
 * @param body what is sent along
 * @param timeout for all of it, from connecting to the last byte of the answer
 */
record Ask(String method, String route, Optional<Payload> body, Duration timeout) {
  static Ask get(String route, Duration timeout) {
    return new Ask("GET", route, Optional.empty(), timeout);
  }

  static Ask post(String route, byte[] body, Duration timeout) {
    return new Ask("POST", route, Optional.of(Payload.json(body)), timeout);
  }

  static Ask put(String route, Payload body, Duration timeout) {
    return new Ask("PUT", route, Optional.of(body), timeout);
  }

  static Ask delete(String route, Duration timeout) {
    return new Ask("DELETE", route, Optional.of(Payload.json(new byte[0])), timeout);
  }

  boolean writes() {
    return !method.equals("GET");
  }

  /** The same with one more parameter. */
  Ask with(String name, Object value) {
    String separator = route.indexOf('?') < 0 ? "?" : "&";
    String query = separator + encode(name) + "=" + encode(value.toString());
    return new Ask(method, route + query, body, timeout);
  }

  /** The same, keeping only the rows of the state API in which a column has that value. */
  Ask where(String column, String value) {
    return with("filter_keys", column).with("filter_predicates", "=").with("filter_values", value);
  }

  /** The same with at most that much time. */
  Ask within(Duration most) {
    return timeout.compareTo(most) <= 0 ? this : new Ask(method, route, body, most);
  }

  /** A value as one segment of a path, or as a parameter. */
  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

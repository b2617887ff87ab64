// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URI template of RFC 6570, level 1: literal text and {@code {name}}, each of which stands for
 * what has no slash in it, percent-encoded where needed.
 */
final class UriTemplate implements UriPattern {
  private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");

  private final String text;
  private final List<String> variables;
  private final Pattern pattern;

  private UriTemplate(String text, List<String> variables, Pattern pattern) {
    this.text = text;
    this.variables = variables;
    this.pattern = pattern;
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it is of a higher level, or names a variable twice
   */
  static UriTemplate parse(String text) {
    List<String> variables = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(text);
    int literal = 0;
    while (matcher.find()) {
      String name = matcher.group(1);
      if (!NAME.matcher(name).matches() || variables.contains(name)) {
        throw new IllegalArgumentException(
            "\""
                + Text.shown(text)
                + "\" is not a URI template that can be served. Each {variable} in it needs a name"
                + " of its own, of letters, digits and _, and no operator.");
      }
      variables.add(name);
      regex.append(literal(text, literal, matcher.start())).append("([^/?#]+)");
      literal = matcher.end();
    }
    regex.append(literal(text, literal, text.length()));
    return new UriTemplate(text, List.copyOf(variables), Pattern.compile(regex.toString()));
  }

  private static String literal(String text, int from, int to) {
    String literal = text.substring(from, to);
    if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
      throw new IllegalArgumentException(
          "\""
              + Text.shown(text)
              + "\" is no URI template: it has a brace without its other half.");
    }
    return Pattern.quote(literal);
  }

  String text() {
    return text;
  }

  @Override
  public List<String> variables() {
    return variables;
  }

  /** The values of the variables in a URI that fits. */
  @Override
  public Optional<Map<String, String>> match(String uri) {
    Matcher matcher = pattern.matcher(uri);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    try {
      for (int i = 0; i < variables.size(); i++) {
        // A plus is a plus in a URI; only forms write blanks so.
        String encoded = matcher.group(i + 1).replace("+", "%2B");
        values.put(variables.get(i), URLDecoder.decode(encoded, StandardCharsets.UTF_8));
      }
    } catch (IllegalArgumentException badEscape) {
      return Optional.empty();
    }
    return Optional.of(values);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URI template of RFC 6570 of any level, of which is only asked whether a URI may have come from
 * it. Each expression stands for any run of the characters that its operator lets through, or for
 * nothing; what the operator puts before its values has to be there.
 *
 * <p>A URI is matched by following all ways at once, so that no template of a foreign server makes
 * that take longer than the product of both lengths, which are bounded.
 */
final class LooseUriTemplate implements UriPattern {
  private static final int MAX_CHARS = 4_096;

  private static final Pattern EXPRESSION = Pattern.compile("\\{([+#./;?&]?)([^{}]+)}");
  private static final Pattern VARIABLE =
      Pattern.compile("([A-Za-z0-9_.]|%[0-9A-Fa-f]{2})+(\\*|:[1-9][0-9]{0,3})?");

  /** What an expression cannot stand for, by its operator: RFC 6570, section 3.2. */
  private static final Map<String, String> EXCLUDED =
      Map.of("", "/?#", "+", "", "#", "", ".", "/?#", "/", "?#", ";", "/?#", "?", "#", "&", "#");

  /**
   * A step through a URI.
   *
   * @param literal the one character it takes, when it is no run
   * @param excluded the characters that a run does not take
   * @param run whether it takes any number of characters
   * @param skip how many steps further one may be without it; 0: it has to be there
   */
  private record Step(char literal, String excluded, boolean run, int skip) {
    static Step literal(char c) {
      return new Step(c, "", false, 0);
    }

    /** What an operator puts before its values; where there are none, it is not there either. */
    static Step prefix(char c) {
      return new Step(c, "", false, 2);
    }

    static Step run(String excluded) {
      return new Step(' ', excluded, true, 1);
    }

    boolean takes(char c) {
      return run ? excluded.indexOf(c) < 0 : c == literal;
    }
  }

  private final List<Step> steps;
  private final List<String> variables;

  private LooseUriTemplate(List<Step> steps, List<String> variables) {
    this.steps = steps;
    this.variables = variables;
  }

  static LooseUriTemplate parse(String text) {
    List<Step> steps = new ArrayList<>();
    Set<String> variables = new LinkedHashSet<>();
    Matcher matcher = EXPRESSION.matcher(text);
    int literal = 0;
    while (matcher.find()) {
      addLiterals(steps, text, literal, matcher.start());
      String operator = matcher.group(1);
      for (String variable : matcher.group(2).split(",", -1)) {
        if (!VARIABLE.matcher(variable).matches()) {
          throw none(text);
        }
        variables.add(variable.replaceFirst("[*:].*", ""));
      }
      if (!operator.isEmpty() && !operator.equals("+")) {
        steps.add(Step.prefix(operator.charAt(0)));
      }
      steps.add(Step.run(String.valueOf(EXCLUDED.get(operator))));
      literal = matcher.end();
    }
    addLiterals(steps, text, literal, text.length());
    return new LooseUriTemplate(List.copyOf(steps), List.copyOf(variables));
  }

  private static void addLiterals(List<Step> steps, String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c == '{' || c == '}' || text.length() > MAX_CHARS) {
        throw none(text);
      }
      steps.add(Step.literal(c));
    }
  }

  private static IllegalArgumentException none(String text) {
    return new IllegalArgumentException(
        "\"" + Text.shown(text) + "\" is no URI template of RFC 6570.");
  }

  @Override
  public List<String> variables() {
    return variables;
  }

  @Override
  public Optional<Map<String, String>> match(String uri) {
    return uri.length() <= MAX_CHARS && fits(uri) ? Optional.of(Map.of()) : Optional.empty();
  }

  private boolean fits(String uri) {
    // The steps that the next character may belong to; the one after the last stands for the end.
    BitSet at = new BitSet(steps.size() + 1);
    reach(at, 0);
    for (int i = 0; i < uri.length() && !at.isEmpty(); i++) {
      BitSet next = new BitSet(steps.size() + 1);
      for (int s = at.nextSetBit(0); s >= 0 && s < steps.size(); s = at.nextSetBit(s + 1)) {
        Step step = steps.get(s);
        if (step.takes(uri.charAt(i))) {
          reach(next, step.run() ? s : s + 1);
        }
      }
      at = next;
    }
    return at.get(steps.size());
  }

  /** Marks a step, and those that can be reached from it without a character. */
  private void reach(BitSet at, int step) {
    int s = step;
    while (s < steps.size() && steps.get(s).skip() > 0 && !at.get(s)) {
      at.set(s);
      s += steps.get(s).skip();
    }
    at.set(s);
  }
}

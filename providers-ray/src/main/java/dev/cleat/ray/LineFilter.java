// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which lines have a text in them, or fit a regular expression. An expression that goes back and
 * forth over its lines for too long is given up: what it looks at is counted, and now and then so
 * is the time.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LineFilter {
  /**
   * Characters looked at for one line, of at most {@link Bounds#LINE_BYTES}: enough to go over it
   * from each of its characters on, twice.
   */
  static final long LOOKS_OF_A_LINE = 20_000_000;

  /** Looks over all lines beyond {@link #USUAL_LOOKS} for each character. */
  static final long LOOKS_IN_EXCESS = 300_000_000;

  // The same in time, where a look takes long.
  private static final long NANOS_IN_EXCESS = 3_000_000_000L;
  private static final int LOOKS_BETWEEN_CLOCKS = 1 << 14;
  private static final int USUAL_LOOKS = 50;

  private final String lowered;
  private final Optional<Pattern> pattern;
  private long excess;
  private long nanosInExcess;
  private Optional<ToolFailure> failure = Optional.empty();

  private LineFilter(String lowered, Optional<Pattern> pattern) {
    this.lowered = lowered;
    this.pattern = pattern;
  }

  /** Lines with that text, in any case. */
  static LineFilter text(String text) {
    return new LineFilter(text.toLowerCase(Locale.ROOT), Optional.empty());
  }

  /**
   * Lines in which that expression is found.
   *
   * @throws ToolFailure when it is none
   */
  static LineFilter regex(String regex) {
    try {
      return new LineFilter("", Optional.of(Pattern.compile(regex)));
    } catch (PatternSyntaxException e) {
      String where = e.getIndex() < 0 ? "" : " near position " + e.getIndex();
      throw ToolFailure.invalidArgument(
          "filter is not a regular expression: " + e.getDescription() + where + ".",
          "Correct it (syntax of java.util.regex), or leave regex out to look for plain text.");
    } catch (StackOverflowError e) {
      throw tooCostly();
    }
  }

  /** False, too, once it was given up. */
  boolean fits(String line) {
    if (pattern.isEmpty()) {
      return line.toLowerCase(Locale.ROOT).contains(lowered);
    }
    if (failure.isPresent()) {
      return false;
    }
    Counted counted = new Counted(line, NANOS_IN_EXCESS - nanosInExcess);
    try {
      boolean found = pattern.get().matcher(counted).find();
      excess += Math.max(0, counted.looks - (long) USUAL_LOOKS * line.length());
      nanosInExcess += counted.nanos();
      if (excess > LOOKS_IN_EXCESS) {
        failure = Optional.of(tooCostly());
      }
      return found;
    } catch (TooManyLooks | StackOverflowError e) {
      failure = Optional.of(tooCostly());
      return false;
    }
  }

  /** Why it was given up. */
  Optional<ToolFailure> failure() {
    return failure;
  }

  private static ToolFailure tooCostly() {
    return ToolFailure.invalidArgument(
        "The regular expression takes too long on these lines and was given up.",
        "Avoid repetitions within repetitions, such as (a+)+, or leave regex out to look for plain"
            + " text.");
  }

  /** Thrown out of the matcher, which cannot be stopped otherwise. */
  private static final class TooManyLooks extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyLooks() {
      super("too many looks", null, false, false);
    }
  }

  /** A line that counts how often it is looked at. */
  private static final class Counted implements CharSequence {
    private final CharSequence line;
    private final long mostNanos;
    private long begin;
    private long looks;

    Counted(CharSequence line, long mostNanos) {
      this.line = line;
      this.mostNanos = mostNanos;
    }

    /** How long it has been looked at; 0 if so seldom that this does not matter. */
    long nanos() {
      return looks < LOOKS_BETWEEN_CLOCKS ? 0 : System.nanoTime() - begin;
    }

    @Override
    public char charAt(int index) {
      if (++looks % LOOKS_BETWEEN_CLOCKS == 0) {
        if (looks == LOOKS_BETWEEN_CLOCKS) {
          begin = System.nanoTime();
        }
        if (looks > LOOKS_OF_A_LINE || nanos() > mostNanos) {
          throw new TooManyLooks();
        }
      }
      return line.charAt(index);
    }

    @Override
    public int length() {
      return line.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return line.subSequence(from, to);
    }

    @Override
    public String toString() {
      return line.toString();
    }
  }
}

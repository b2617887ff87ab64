// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one line that tells, from what Ray keeps of an error: a traceback, the reason of a process's
 * end, or the output of an installation, each with pages of advice. Pure.
 */
final class ErrorText {
  private static final String LOW_MEMORY = "running low on memory";
  private static final Pattern NODE_MEMORY =
      Pattern.compile("was ([\\d.]+ ?\\w+ used / [\\d.]+ ?\\w+ limit)");
  private static final Pattern KILLED =
      Pattern.compile(
          "Selected to kill: [^\\n]{0,400}?task name=([^,\\n]{0,200}),[^\\n]{0,400}?actual memory"
              + " used=([\\d.]+ ?\\w+)");
  private static final Pattern NAMED =
      Pattern.compile(
          "^[A-Za-z_][\\w.]{0,200}(?:Error|Exception)(?:\\([\\w.]{0,200}\\))?: ?[^\\n]*",
          Pattern.MULTILINE);
  private static final Pattern ANY_EXCEPTION =
      Pattern.compile(
          "^[A-Za-z_][\\w.]{0,200}(?:\\([\\w.]{0,200}\\))?: [^\\n]+", Pattern.MULTILINE);
  private static final Pattern WRAPPED =
      Pattern.compile("^(?:ray\\.exceptions\\.)?RayTaskError\\(");
  private static final Pattern INSTALLER =
      Pattern.compile("^\\s*(?:ERROR|error): [^\\n]+", Pattern.MULTILINE);
  private static final Pattern ADVICE =
      Pattern.compile("\\s*(?:Some common causes include|Check python-core-worker)");

  private ErrorText() {}

  /** What a task failed with; empty when Ray tells nothing. */
  static Optional<String> of(RayTask task) {
    Optional<String> told = task.error().map(ErrorText::line);
    Optional<String> type = task.errorType().filter(t -> !t.equals("TASK_EXECUTION_EXCEPTION"));
    if (type.isEmpty()) {
      return told;
    }
    return Optional.of(
        Wording.cut(type.get() + told.map(text -> ": " + text).orElse(""), Bounds.QUOTED_CHARS));
  }

  /** The line of a text that tells. */
  static String line(String text) {
    String line;
    if (isLowMemory(text)) {
      line = lowMemory(text);
    } else {
      line = first(INSTALLER, text).or(() -> exception(text)).orElseGet(() -> withoutAdvice(text));
    }
    return Wording.oneLine(line, Bounds.QUOTED_CHARS);
  }

  static boolean isLowMemory(String text) {
    return text.contains(LOW_MEMORY);
  }

  // Ray puts the error of a task after that of the task which waited for it, and both after its
  // own words; so the last is the first cause.
  private static Optional<String> exception(String text) {
    Matcher matcher = NAMED.matcher(text);
    Optional<String> last = Optional.empty();
    while (matcher.find()) {
      if (!WRAPPED.matcher(matcher.group()).find()) {
        last = Optional.of(matcher.group());
      }
    }
    return last.or(
        () -> text.contains("Traceback") ? lastOf(ANY_EXCEPTION, text) : Optional.empty());
  }

  private static String lowMemory(String text) {
    StringBuilder line = new StringBuilder("killed because its node was ").append(LOW_MEMORY);
    Matcher memory = NODE_MEMORY.matcher(text);
    if (memory.find()) {
      line.append(": ").append(memory.group(1));
    }
    Matcher killed = KILLED.matcher(text);
    if (killed.find()) {
      line.append("; ").append(killed.group(1)).append(" used ").append(killed.group(2));
    }
    return line.toString();
  }

  private static String withoutAdvice(String text) {
    Matcher advice = ADVICE.matcher(text);
    return advice.find() ? text.substring(0, advice.start()) : text;
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group().strip()) : Optional.empty();
  }

  private static Optional<String> lastOf(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    Optional<String> last = Optional.empty();
    while (matcher.find()) {
      last = Optional.of(matcher.group());
    }
    return last;
  }
}

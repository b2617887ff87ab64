// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds in the lines of a log what went wrong. Python prints the cause of a chain of exceptions
 * first, so the first that is found is the one to look at.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class ErrorFinder {
  /**
   * An error in a log.
   *
   * @param line its number, counted from 1 at the first line looked at
   * @param error the line that names it
   * @param at the innermost frames of its traceback
   */
  record Found(long line, String error, List<String> at) {
    Cause.Kind kind() {
      return Cause.of(error).kind();
    }
  }

  // Ray puts "(name pid=1)" before what a worker prints.
  private static final Pattern WORKER = Pattern.compile("^\\([^()]{1,80}\\) ");
  private static final Pattern EXCEPTION =
      Pattern.compile("^[A-Za-z_][\\w.]{0,200}(\\([\\w.]*\\))?(:.*)?$");
  private static final Pattern NAMED =
      Pattern.compile("^[A-Za-z_][\\w.]{0,200}(Error|Exception)(\\([\\w.]*\\))?:.*$");
  // What a task raised, told by its caller: frames follow, and then the exception itself.
  private static final Pattern WRAPPED =
      Pattern.compile("^(ray\\.exceptions\\.)?RayTaskError\\([\\w.]{1,200}\\): ray::.*");
  private static final Pattern SHELL =
      Pattern.compile(
          "(: (command )?not found$)|^Segmentation fault|^Killed$|No such file or directory$"
              + "|Permission denied$|^Aborted|CUDA out of memory|^panic: |^fatal: |^FATAL\\b");

  private final List<Found> found = new ArrayList<>();
  private final Deque<String> frames = new ArrayDeque<>();
  private boolean inTraceback;
  // The line of the caller, in case that what was raised is not told behind it.
  private Optional<Found> wrapped = Optional.empty();
  private long number;

  /** The errors in a text. */
  static ErrorFinder in(String text) {
    ErrorFinder finder = new ErrorFinder();
    LogLines.of(text, line -> finder.take(line.text()));
    return finder;
  }

  void take(String line) {
    number++;
    if (found.size() >= Bounds.QUOTED_ERRORS) {
      return;
    }
    String text = WORKER.matcher(line).replaceFirst("");
    if (text.startsWith("Traceback (most recent call last)")) {
      settle();
      inTraceback = true;
      frames.clear();
    } else if (inTraceback || WRAPPED.matcher(text).matches()) {
      // The latter where the log begins in the middle of a traceback.
      inTraceback = true;
      takeInTraceback(text);
    } else if (NAMED.matcher(text).matches() || SHELL.matcher(text).find()) {
      add(text);
    }
  }

  /** What was found first. */
  Optional<Found> firstCause() {
    return found.stream().findFirst().or(() -> wrapped);
  }

  /** What was found, at most so many as are quoted. */
  List<Found> found() {
    List<Found> all = new ArrayList<>(found);
    wrapped.ifPresent(all::add);
    return all.stream().limit(Bounds.QUOTED_ERRORS).toList();
  }

  // Frames are indented; the first line that is not names the exception.
  private void takeInTraceback(String text) {
    if (text.startsWith(" ") || text.isBlank()) {
      if (text.startsWith("  File ")) {
        frames.addLast(Wording.oneLine(text, Bounds.QUOTED_CHARS));
        if (frames.size() > Bounds.QUOTED_FRAMES) {
          frames.removeFirst();
        }
      }
      return;
    }
    if (WRAPPED.matcher(text).matches()) {
      if (wrapped.isEmpty()) {
        wrapped = Optional.of(foundNow(text));
      }
      frames.clear();
      return;
    }
    inTraceback = false;
    if (EXCEPTION.matcher(text).matches()) {
      wrapped = Optional.empty();
      add(text);
    } else {
      settle();
    }
    frames.clear();
  }

  private void settle() {
    wrapped.ifPresent(found::add);
    wrapped = Optional.empty();
  }

  private void add(String text) {
    found.add(foundNow(text));
  }

  private Found foundNow(String text) {
    return new Found(number, Wording.oneLine(text, Bounds.QUOTED_CHARS), List.copyOf(frames));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Questions to a person at a terminal, and what they type. */
final class Dialogue {
  private static final int MOST_ANSWER_BYTES = 4_096;

  private final Host host;

  Dialogue(Host host) {
    this.host = host;
  }

  /** Whether there is a person. */
  boolean isPossible() {
    return host.terminals().in() && host.terminals().err();
  }

  /** Says something that a server or a tool wants said. */
  void say(String text) {
    host.err().println(Ink.safe(text));
  }

  /** A yes, or anything else. */
  boolean agrees(String question) {
    String answer = ask(question + " [y/N] ").orElse("").toLowerCase(Locale.ROOT);
    return answer.equals("y") || answer.equals("yes");
  }

  /** A line, without outer blanks; nothing when there are no more. */
  Optional<String> ask(String prompt) {
    host.err().print(Ink.safe(prompt));
    host.err().flush();
    byte[] line = new byte[MOST_ANSWER_BYTES];
    int length = 0;
    try {
      int next = host.in().read();
      if (next < 0) {
        return Optional.empty();
      }
      for (; next >= 0 && next != '\n'; next = host.in().read()) {
        if (length < line.length) {
          line[length++] = (byte) next;
        }
      }
    } catch (IOException unreadable) {
      return Optional.empty();
    }
    return Optional.of(new String(line, 0, length, StandardCharsets.UTF_8).strip());
  }
}

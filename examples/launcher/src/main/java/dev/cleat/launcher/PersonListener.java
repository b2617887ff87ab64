// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.CallListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Shows progress to a person at a terminal and asks them; where there is none, it cannot ask. */
final class PersonListener implements CallListener {
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int MOST_ANSWER_BYTES = 100;

  private final Host host;
  private final boolean yes;
  private boolean progressShown;

  PersonListener(Host host, boolean yes) {
    this.host = host;
    this.yes = yes;
  }

  @Override
  public boolean wantsProgress() {
    return host.terminals().err();
  }

  @Override
  public synchronized void progress(double done, double total, String message) {
    if (!wantsProgress()) {
      return;
    }
    String share = total > 0 ? Math.round(100 * done / total) + " %" : "…";
    String line = share + (message.isEmpty() ? "" : "  " + Ink.safe(message).replace('\n', ' '));
    host.err().print(CLEAR_LINE + Ink.cut(line, Ink.WIDTH - 1));
    host.err().flush();
    progressShown = true;
  }

  /** Takes the progress away, so that the result stands alone. */
  synchronized void finished() {
    if (progressShown) {
      host.err().print(CLEAR_LINE);
      host.err().flush();
      progressShown = false;
    }
  }

  @Override
  public Answer confirm(String question) {
    if (yes) {
      return Answer.ACCEPTED;
    }
    if (!host.terminals().in() || !host.terminals().err()) {
      return Answer.CANNOT_ASK;
    }
    finished();
    host.err().print(Ink.safe(question) + " [y/N] ");
    host.err().flush();
    String answer = answer().strip().toLowerCase(Locale.ROOT);
    return answer.equals("y") || answer.equals("yes") ? Answer.ACCEPTED : Answer.DECLINED;
  }

  private String answer() {
    byte[] line = new byte[MOST_ANSWER_BYTES];
    int length = 0;
    try {
      for (int next = host.in().read(); next >= 0 && next != '\n'; next = host.in().read()) {
        if (length < line.length) {
          line[length++] = (byte) next;
        }
      }
    } catch (IOException unreadable) {
      return "";
    }
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }
}

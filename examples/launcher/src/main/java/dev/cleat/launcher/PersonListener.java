// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import java.util.Map;

/** Shows progress to a person at a terminal and asks them; where there is none, it cannot ask. */
final class PersonListener implements CallListener {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Host host;
  private final Dialogue dialogue;
  private final boolean yes;
  private boolean progressShown;

  PersonListener(Host host, boolean yes) {
    this.host = host;
    this.yes = yes;
    dialogue = new Dialogue(host);
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
  public ClientCapabilities capabilities() {
    return new ClientCapabilities(
        dialogue.isPossible(), dialogue.isPossible(), false, false, false, false);
  }

  @Override
  public InputResponse answer(InputRequest request) {
    finished();
    if (request instanceof InputRequest.Form form) {
      return new FormDialogue(dialogue).fillIn(form);
    } else if (request instanceof InputRequest.Url url) {
      dialogue.say(url.message());
      dialogue.say("  " + url.url());
      return dialogue.agrees("Have you looked at that address, and do you agree to go there?")
          ? InputResponse.Elicited.accepted(Map.of())
          : InputResponse.Elicited.DECLINED;
    }
    return CallListener.super.answer(request);
  }

  @Override
  public Answer confirm(String question) {
    if (yes) {
      return Answer.ACCEPTED;
    }
    if (!dialogue.isPossible()) {
      return Answer.CANNOT_ASK;
    }
    finished();
    return dialogue.agrees(question) ? Answer.ACCEPTED : Answer.DECLINED;
  }
}

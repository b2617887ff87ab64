// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Locale;
import java.util.Optional;

/** Why a tool failed, in categories that a program can rely on. */
public enum FailureKind {
  /** The arguments are wrong; the message names them. */
  INVALID_ARGUMENT,
  /** What the arguments name does not exist. */
  NOT_FOUND,
  /** It exists already, and is something else. */
  CONFLICT,
  /** It exists, but not in a state that allows this. */
  WRONG_STATE,
  /** This server was not started with the switch that allows it. */
  NOT_ALLOWED,
  /** The user said no, or could not be asked. */
  DECLINED,
  /** The back end wants other credentials. */
  UNAUTHENTICATED,
  /** The back end cannot be reached now. */
  UNAVAILABLE,
  /** It did not end in time. */
  TIMEOUT,
  /** The input or the answer is over a bound. */
  TOO_LARGE,
  /** This back end cannot do it. */
  UNSUPPORTED,
  /** The back end answered with an error of its own. */
  UPSTREAM,
  /** It may have been done: the answer was lost after the request was sent. */
  OUTCOME_UNKNOWN,
  /** The caller gave up. */
  CANCELLED,
  /** A fault of the tool itself. */
  INTERNAL;

  /** The name on the wire, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of that name on the wire. */
  public static Optional<FailureKind> ofWireName(String name) {
    for (FailureKind kind : values()) {
      if (kind.wireName().equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a program that is started here gets of this process's environment: what programs need to
 * find their way, and no secret. The names up to {@code USER} are the list of the official SDKs of
 * MCP; the next let a program write text, temporary files and times as this process does.
 */
public final class SafeEnvironment {
  private static final Set<String> SAFE =
      Set.of(
          "HOME",
          "LOGNAME",
          "PATH",
          "SHELL",
          "TERM",
          "USER",
          "LANG",
          "LC_ALL",
          "LC_CTYPE",
          "TMPDIR",
          "TZ",
          // Windows
          "APPDATA",
          "HOMEDRIVE",
          "HOMEPATH",
          "LOCALAPPDATA",
          "PATHEXT",
          "PROCESSOR_ARCHITECTURE",
          "PROGRAMFILES",
          "SYSTEMDRIVE",
          "SYSTEMROOT",
          "TEMP",
          "TMP",
          "USERNAME",
          "USERPROFILE");

  private SafeEnvironment() {}

  /**
   * Leaves the safe variables in an environment.
   *
   * @param others which other names stay, too
   */
  public static void restrict(Map<String, String> environment, Predicate<String> others) {
    environment.keySet().removeIf(name -> !SAFE.contains(name) && !others.test(name));
    // A shell function exported by bash has a value like this, and would be run by the next bash.
    environment.values().removeIf(value -> value.startsWith("()"));
  }
}

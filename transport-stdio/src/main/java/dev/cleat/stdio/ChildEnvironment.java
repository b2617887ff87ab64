// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.util.List;
import java.util.Map;

/**
 * What a child gets of this process's environment: what programs need to find their way, and no
 * secret. The first line is the list of the official SDKs; the others let a child write text,
 * temporary files and times as this process does.
 */
final class ChildEnvironment {
  private static final List<String> SAFE =
      List.of(
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

  private ChildEnvironment() {}

  /** Leaves the safe variables in a child's environment, and puts in what is configured. */
  static void apply(Map<String, String> environment, Map<String, String> configured) {
    environment.keySet().removeIf(name -> !SAFE.contains(name));
    // A shell function exported by bash has a value like this, and would be run by the next bash.
    environment.values().removeIf(value -> value.startsWith("()"));
    environment.putAll(configured);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command has around it: the streams, the environment, and which of the streams are a
 * terminal.
 *
 * @param isProcess whether the streams are those of this process, which then ends with the command
 */
record Host(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path workingDirectory,
    Path home,
    Terminals terminals,
    boolean isProcess) {

  /** Which streams a person looks at. */
  record Terminals(boolean in, boolean out, boolean err) {
    static final Terminals NONE = new Terminals(false, false, false);

    /** From the numbers of the streams, as the script gives them: Java 17 cannot tell. */
    static Terminals of(String numbers) {
      return new Terminals(numbers.contains("0"), numbers.contains("1"), numbers.contains("2"));
    }
  }

  /** This process. */
  static Host ofProcess() {
    return new Host(
        System.in,
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("user.home")),
        Terminals.of(System.getProperty("cleat.terminals", "")),
        true);
  }

  /** A path as short as it can be and still be found. */
  String shown(Path path) {
    Path whole = path.toAbsolutePath().normalize();
    if (whole.startsWith(workingDirectory)) {
      return workingDirectory.relativize(whole).toString();
    }
    return whole.startsWith(home) ? "~/" + home.relativize(whole) : whole.toString();
  }

  /** How to write to the output. */
  Ink ink() {
    boolean plain = environment.containsKey("NO_COLOR") || "dumb".equals(environment.get("TERM"));
    return new Ink(terminals.out() && !plain);
  }

  /** Says something beside the result. */
  void tell(String message) {
    err.println("cleat: " + message);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Text;
import dev.cleat.spi.ConfigException;

/**
 * The file that a configuration comes from.
 *
 * @param name as messages call it
 * @param expansion what variables stand for in it
 */
record Source(String name, Expansion expansion) {

  /** What is wrong in that line. */
  ConfigException error(int line, String problem) {
    return new ConfigException(name + ":" + line + ": " + problem);
  }

  /** The text with its variables replaced. */
  String expand(int line, String path, String text) {
    try {
      return expansion.expand(text);
    } catch (Expansion.Failed failed) {
      throw error(line, Text.shown(path) + ": " + failed.getMessage());
    }
  }

  /** The path of a key inside of an object. */
  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Where something is, for the end of a sentence; nothing at the top of the file. */
  static String in(String path) {
    return path.isEmpty() ? "" : " in " + Text.shown(path);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a foreign client saw of a server; {@code client.py} says what it may be told to do.
 *
 * @param answer what the client printed
 */
record Seen(Map<?, ?> answer) {
  /** The two ways in which MCP is spoken, by the revision that stands for each. */
  enum Era {
    OLDER("handshake", "2025-11-25"),
    NEWER("stateless", "2026-07-28");

    private final String word;
    private final String revision;

    Era(String word, String revision) {
      this.word = word;
      this.revision = revision;
    }

    /** How the foreign clients are told. */
    String word() {
      return word;
    }

    String revision() {
      return revision;
    }
  }

  /** What the server is called. */
  Object server() {
    return answer.get("server");
  }

  /** The revision that was agreed on. */
  Object revision() {
    return answer.get("revision");
  }

  /** The names of all tools. */
  List<Object> tools() {
    return ((List<?>) answer.get("tools")).stream().<Object>map(tool -> at(tool, "name")).toList();
  }

  /** How that call ended, counted from 0. */
  Object call(int number) {
    return ((List<?>) answer.get("calls")).get(number);
  }

  /** How the calls ended that were made at once, in the order they were told. */
  List<Object> together() {
    return new ArrayList<>((List<?>) answer.get("together"));
  }

  /** A value in JSON. */
  static Object at(Object json, String... path) {
    Object found = json;
    for (String key : path) {
      found = ((Map<?, ?>) found).get(key);
    }
    return found;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that {@code cleat doctor} looked at.
 *
 * @param subject what kind of thing: java, configuration, plugin, provider, server
 * @param name which one; empty when there is only one
 * @param detail what was found, or why it does not work
 * @param fix what would help; empty when nothing has to be done
 * @param facts what a program wants to know beyond that
 */
record Check(
    String subject,
    String name,
    Status status,
    String detail,
    String fix,
    Map<String, Object> facts) {

  /** How it is. */
  enum Status {
    OK,
    /** Not there, and nobody asked for it. */
    OFF,
    BROKEN;

    String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  static Check ok(String subject, String name, String detail) {
    return new Check(subject, name, Status.OK, detail, "", Map.of());
  }

  static Check off(String subject, String name, String detail, String fix) {
    return new Check(subject, name, Status.OFF, detail, fix, Map.of());
  }

  static Check broken(String subject, String name, String detail, String fix) {
    return new Check(subject, name, Status.BROKEN, detail, fix, Map.of());
  }

  Check with(Map<String, Object> newFacts) {
    return new Check(subject, name, status, detail, fix, newFacts);
  }

  String title() {
    return name.isEmpty() ? subject : subject + " " + name;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", subject);
    if (!name.isEmpty()) {
      json.put("name", name);
    }
    json.put("status", status.wireName());
    json.put("detail", detail);
    if (!fix.isEmpty()) {
      json.put("fix", fix);
    }
    json.putAll(facts);
    return json;
  }
}

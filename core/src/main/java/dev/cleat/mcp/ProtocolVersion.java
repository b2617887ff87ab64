// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.List;

/**
 * The revisions of MCP that are spoken here. Revisions are dates, so they compare as text.
 *
 * <p>Up to 2025-11-25 a session begins with {@code initialize} (the older era); from 2026-07-28 on
 * every request carries its revision and nothing is remembered between requests (the newer era).
 */
public final class ProtocolVersion {
  /** The first revision of the newer, stateless era. */
  public static final String STATELESS = "2026-07-28";

  /** The last revision that begins with {@code initialize}. */
  public static final String NEWEST_WITH_HANDSHAKE = "2025-11-25";

  /** The revision that brought structured content, output schemas, titles and links. */
  static final String STRUCTURED = "2025-06-18";

  /** The revision that brought questions to the user. */
  static final String ELICITING = STRUCTURED;

  /** The revision that brought tool annotations, audio, and progress messages. */
  static final String ANNOTATED = "2025-03-26";

  /** All revisions that begin with {@code initialize}, newest first. */
  public static final List<String> WITH_HANDSHAKE =
      List.of(NEWEST_WITH_HANDSHAKE, STRUCTURED, ANNOTATED, "2024-11-05");

  /** All revisions of the newer era. */
  public static final List<String> WITHOUT_HANDSHAKE = List.of(STATELESS);

  private ProtocolVersion() {}

  /** The revision a server settles on: the one asked for if it is known, else the newest. */
  static String negotiate(String asked) {
    return WITH_HANDSHAKE.contains(asked) ? asked : NEWEST_WITH_HANDSHAKE;
  }

  static boolean isStateless(String revision) {
    return atLeast(revision, STATELESS);
  }

  /** Whether a revision is that one or a later one. */
  static boolean atLeast(String revision, String other) {
    return revision.compareTo(other) >= 0;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.ToolFailure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Where the next page of incidents begins: after a certain one, for the same question. Opaque to
 * callers, and checked.
 */
final class XidCursor {

  private static final int MOST_CHARS = 256;

  private XidCursor() {}

  static String after(XidIncident incident, String question) {
    String place = crc(question) + "." + incident.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((place + "." + crc(place)).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The place in the list where the page begins.
   *
   * @throws ToolFailure an invalid argument, when the cursor was not made here, for this question,
   *     or what it points at is gone
   */
  static int placeIn(List<XidIncident> incidents, String cursor, String question) {
    String place = decode(cursor);
    String asked = crc(question) + ".";
    if (!place.startsWith(asked)) {
      throw bad("cursor: it belongs to a call with other arguments.");
    }
    String id = place.substring(asked.length());
    for (int i = 0; i < incidents.size(); i++) {
      if (incidents.get(i).id().equals(id)) {
        return i + 1;
      }
    }
    throw bad("cursor: the incident it points at is no longer in the log.");
  }

  private static String decode(String cursor) {
    try {
      if (cursor.length() <= MOST_CHARS) {
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        int dot = text.lastIndexOf('.');
        if (dot > 0 && crc(text.substring(0, dot)).equals(text.substring(dot + 1))) {
          return text.substring(0, dot);
        }
      }
    } catch (IllegalArgumentException e) {
      throw bad("cursor: it is not one that this tool gave.").causedBy(e);
    }
    throw bad("cursor: it is not one that this tool gave.");
  }

  private static ToolFailure bad(String message) {
    return ToolFailure.invalidArgument(
        message, "Leave cursor out to start again at the newest incident.");
  }

  private static String crc(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Limits;
import dev.cleat.McpException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Asks for a whole list, page by page and within bounds. */
final class Pages {
  private static final Logger LOG = System.getLogger(Pages.class.getName());

  private final ClientRequests requests;
  private final Limits limits;

  Pages(ClientRequests requests, Limits limits) {
    this.requests = requests;
    this.limits = limits;
  }

  /**
   * The entries of all pages.
   *
   * @param field of the page that holds its entries
   * @param read reads an entry; one that it cannot read is left out
   */
  <T> List<T> all(String method, String field, Function<Object, Optional<T>> read) {
    List<T> all = new ArrayList<>();
    Map<String, Object> params = new LinkedHashMap<>();
    while (true) {
      Map<String, Object> page = requests.plain(method, params, limits.connectTimeout());
      List<?> entries = Wire.list(page.get(field));
      for (Object entry : entries) {
        read.apply(entry).ifPresentOrElse(all::add, () -> leftOut(method));
      }
      Object cursor = page.get("nextCursor");
      // An empty page, or more than anybody can mean, is a server that pages in circles.
      if (!(cursor instanceof String) || entries.isEmpty()) {
        return List.copyOf(all);
      }
      if (all.size() > limits.maxTools()) {
        throw new McpException.TooLarge(
            "%s lists more than %d %s. If it has so many, raise Limits.maxTools."
                .formatted(
                    requests.agreement().peer().name(),
                    limits.maxTools(),
                    field.equals("resourceTemplates") ? "resource templates" : field));
      }
      params = Wire.object("cursor", cursor);
    }
  }

  private void leftOut(String method) {
    LOG.log(
        Level.WARNING,
        () ->
            "An entry that "
                + requests.agreement().peer().name()
                + " gives to "
                + method
                + " cannot be read, and is left out");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is told. */
class Told implements Gate.Waiter {
  final List<Pass> passes = new ArrayList<>();
  final List<McpException> refusals = new ArrayList<>();

  @Override
  public void admitted(Pass pass) {
    passes.add(pass);
  }

  @Override
  public void refused(McpException why) {
    refusals.add(why);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.spi.ForwardingToolSet;
import dev.cleat.spi.ToolSet;
import java.util.List;

/**
 * What a registry offers whose upstream servers may still be connecting: who asks early is answered
 * once they have had their time. Many clients list tools once, right after they have connected, and
 * never again.
 */
final class SettledTools extends ForwardingToolSet {
  private final Upstreams upstreams;

  SettledTools(ToolSet tools, Upstreams upstreams) {
    super(tools);
    this.upstreams = upstreams;
  }

  @Override
  public List<ServedTool> tools() {
    upstreams.awaitSettled();
    return super.tools();
  }

  @Override
  public List<ServedPrompt> prompts() {
    upstreams.awaitSettled();
    return super.prompts();
  }

  @Override
  public List<ServedResource> resources() {
    upstreams.awaitSettled();
    return super.resources();
  }

  @Override
  public List<ServedTemplate> templates() {
    upstreams.awaitSettled();
    return super.templates();
  }
}

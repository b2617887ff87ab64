// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static dev.cleat.ChangeListener.Catalog.PROMPTS;
import static dev.cleat.ChangeListener.Catalog.TOOLS;
import static dev.cleat.examples.conformance.Samples.tool;

import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.examples.conformance.Samples.None;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tools that change what is listed: one more entry, or one less. Thread-safe. */
final class ChangingTools implements ToolSet {
  private final AtomicBoolean toolIsThere = new AtomicBoolean();
  private final AtomicBoolean promptIsThere = new AtomicBoolean();
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  private final ServedTool toolNowAndThen =
      tool("test_now_and_then", "Is there after every other test_trigger_tool_change.")
          .handles(None.class, (none, call) -> ToolResult.text("now"));
  private final ServedPrompt promptNowAndThen =
      Prompt.named("test_now_and_then_prompt")
          .says("Is there after every other test_trigger_prompt_change.")
          .gives((arguments, context) -> PromptResult.text("now"));

  private final List<ServedTool> always =
      List.of(
          trigger("test_trigger_tool_change", "Changes the list of tools.", () -> change(TOOLS)),
          trigger(
              "test_trigger_prompt_change", "Changes the list of prompts.", () -> change(PROMPTS)),
          trigger(
              "test_trigger_resource_update",
              "Says that " + FixtureResources.WATCHED + " has changed.",
              () -> listeners.forEach(hears -> hears.updated(FixtureResources.WATCHED))));

  @Override
  public List<ServedTool> tools() {
    List<ServedTool> tools = new ArrayList<>(always);
    if (toolIsThere.get()) {
      tools.add(toolNowAndThen);
    }
    return tools;
  }

  @Override
  public List<ServedPrompt> prompts() {
    return promptIsThere.get() ? List.of(promptNowAndThen) : List.of();
  }

  @Override
  public Set<Catalog> catalogs() {
    return EnumSet.of(TOOLS, PROMPTS);
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  private void change(Catalog catalog) {
    AtomicBoolean there = catalog == TOOLS ? toolIsThere : promptIsThere;
    boolean before = there.get();
    while (!there.compareAndSet(before, !before)) {
      before = there.get();
    }
    listeners.forEach(hears -> hears.changed(catalog));
  }

  private static ServedTool trigger(String name, String description, Runnable change) {
    return Tool.named(name)
        .says(description)
        .writes()
        .handles(
            None.class,
            (none, call) -> {
              change.run();
              return ToolResult.text("Changed");
            });
  }
}

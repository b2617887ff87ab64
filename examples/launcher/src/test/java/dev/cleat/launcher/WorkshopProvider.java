// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.FailureKind;
import dev.cleat.Name;
import dev.cleat.RequestContext;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Optional;

/** A provider for tests: tools of each kind, and one that holds until a test lets go. */
public final class WorkshopProvider implements ToolProvider {
  record None() {}

  record Said(String text) {}

  record Everything(
      Optional<Integer> count,
      Optional<Double> share,
      Optional<Boolean> loud,
      Optional<List<Integer>> numbers,
      Optional<String> id,
      @Name("any") Optional<Object> any) {}

  record Hold(String file) {}

  enum Color {
    RED,
    GREEN
  }

  record Paint(Color color, int liters, boolean glossy, Optional<String> note) {}

  @Override
  public String name() {
    return "workshop";
  }

  @Override
  public String description() {
    return "A workshop for tests.";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of("size", "how large it is, a number"), Setting.secret("token", "a secret"));
  }

  @Override
  public Availability availability(ProviderContext context) {
    return context.config().integer("size").orElse(1L) > 0
        ? new Availability.Available("a workshop")
        : new Availability.Unavailable("The workshop is too small.", "Enlarge it.");
  }

  @Override
  public ToolSet open(ProviderContext context) {
    long size = context.config().integer("size").orElse(1L);
    context.config().string("token");
    return ToolSet.of(
        Tool.named("measure")
            .title("Measure")
            .says("Tells the size. And more.")
            .readOnly()
            .handles(None.class, Said.class, (none, call) -> new Said("size " + size)),
        Tool.named("repeat_all")
            .says("Says what it was given.")
            .readOnly()
            .handles(Everything.class, Everything.class, (given, call) -> given),
        Tool.named("break_tool")
            .says("Fails.")
            .readOnly()
            .handles(
                None.class,
                Said.class,
                (none, call) -> {
                  throw new ToolFailure(FailureKind.CONFLICT, "It is broken.", "Mend it.");
                }),
        Tool.named("hold_on")
            .says("Holds until a file is there.")
            .readOnly()
            .handles(Hold.class, Said.class, WorkshopProvider::hold),
        Tool.named("order_paint")
            .says("Asks which paint.")
            .readOnly()
            .handles(
                None.class,
                Said.class,
                (none, call) ->
                    new Said(
                        call.elicit("Which paint?", Paint.class)
                            .map(Object::toString)
                            .orElse("no paint"))),
        Tool.named("write_note")
            .says("Writes.")
            .writes()
            .handles(None.class, Said.class, (none, call) -> new Said("written")),
        Tool.named("burn_notes")
            .says("Burns all.")
            .destructive()
            .handles(
                None.class,
                Said.class,
                (none, call) -> {
                  call.confirm("Burn all 3 notes?");
                  return new Said("burnt");
                }));
  }

  private static Said hold(Hold hold, RequestContext call)
      throws IOException, InterruptedException {
    Path file = Path.of(hold.file());
    Path folder = Optional.ofNullable(file.getParent()).orElseThrow();
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      call.progress(1, 2, "holding");
      while (!Files.exists(file)) {
        watch.take().reset();
      }
    }
    return new Said("let go");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.plugin;

import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.Tool;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.random.RandomGenerator;

// snippet: plugin
/** Dice. The jar names this class in META-INF/services/dev.cleat.spi.ToolProvider. */
public final class DiceProvider implements ToolProvider {
  record Roll(@Doc("How many dice.") @Range(min = 1, max = 20) int dice) {}

  record Rolled(int total, List<Integer> faces) {}

  @Override
  public String name() {
    return "dice";
  }

  @Override
  public String description() {
    return "Rolls dice.";
  }

  @Override
  public ToolSet open(ProviderContext context) {
    RandomGenerator random = context.random();
    return ToolSet.of(
        Tool.named("roll_dice")
            .says("Rolls six-sided dice and adds them up.")
            .readOnly()
            .handles(
                Roll.class,
                Rolled.class,
                (roll, call) -> {
                  List<Integer> faces = random.ints(roll.dice(), 1, 7).boxed().toList();
                  return new Rolled(faces.stream().mapToInt(Integer::intValue).sum(), faces);
                }));
  }
}
// end

// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final Tool READS = tool(Tool.named("reads").readOnly());
  private static final Tool WRITES = tool(Tool.named("writes").writes());
  private static final Tool DESTROYS = tool(Tool.named("destroys").destructive());
  private static final Tool SAYS_NOTHING = tool(Tool.named("silent"));

  private static Tool tool(ToolBuilder builder) {
    return builder.handles(Schema.anyObject(), (call, context) -> ToolResult.text("")).tool();
  }

  @Test
  void eachAccessAllowsItsToolsAndThoseOfLessAccess() {
    List<Tool> tools = List.of(READS, WRITES, DESTROYS, SAYS_NOTHING);

    assertThat(tools).filteredOn(t -> Access.READ_ONLY.allows(t.hints())).containsExactly(READS);
    assertThat(tools)
        .filteredOn(t -> Access.WRITE.allows(t.hints()))
        .containsExactly(READS, WRITES);
    assertThat(tools).allMatch(t -> Access.DESTRUCTIVE.allows(t.hints()));
  }

  @Test
  void aReadOnlyToolIsNeverDestructiveWhateverElseItsHintsSay() {
    assertThat(Access.neededBy(new ToolHints(true, true, true, true))).isEqualTo(Access.READ_ONLY);
    assertThat(Access.neededBy(ToolHints.UNKNOWN)).isEqualTo(Access.READ_ONLY);
    assertThat(Access.neededBy(new ToolHints(false, true, false, true)))
        .isEqualTo(Access.DESTRUCTIVE);
  }

  @Test
  void aRefusalNamesTheToolAndTheSwitch() {
    assertThat(Access.READ_ONLY.refusal(WRITES))
        .hasValueSatisfying(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(FailureKind.NOT_ALLOWED);
              assertThat(refusal.message())
                  .isEqualTo(
                      "writes changes things, and this server was started without --allow-write.");
              assertThat(refusal.hint()).contains("Restart it with that switch");
              assertThat(refusal.retryable()).isFalse();
            });
    assertThat(Access.WRITE.refusal(DESTROYS).orElseThrow().message())
        .contains("--allow-destructive");
  }

  @Test
  void whatIsAllowedIsNotRefused() {
    assertThat(Access.READ_ONLY.refusal(READS)).isEmpty();
    assertThat(Arrays.stream(Access.values()).map(access -> access.refusal(READS)))
        .allMatch(java.util.Optional::isEmpty);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.Json;
import dev.cleat.ToolResult;

/** How one call of a {@link TestClient} ended, and what a test expects of it. Immutable. */
public final class CallOutcome {
  private final String tool;
  private final ToolResult result;

  CallOutcome(String tool, ToolResult result) {
    this.tool = tool;
    this.result = result;
  }

  /** The result itself, for what this class does not offer. */
  public ToolResult result() {
    return result;
  }

  /** Expects success; any failure shows what the tool said. */
  public ToolResult.Success succeeds() {
    if (result instanceof ToolResult.Success success) {
      return success;
    }
    throw new AssertionError(
        tool + " failed as " + ((ToolResult.Failure) result).kind() + ": " + result.text());
  }

  /** Expects success, and gives its structured content as a record. */
  public <T extends Record> T succeedsAs(Class<T> type) {
    return succeeds().as(type);
  }

  /** Expects success with exactly this as structured content, and the same JSON as text. */
  public void succeedsWith(Record expected) {
    ToolResult.Success success = succeeds();
    assertThat(success.as(expected.getClass())).as("the result of %s", tool).isEqualTo(expected);
    assertThat(success.structured().map(Json::print))
        .as("the structured content of %s, which its text repeats", tool)
        .contains(success.text());
  }

  /** Expects success with exactly this text. */
  public void succeedsWithText(String expected) {
    assertThat(succeeds().text()).as("the text of %s", tool).isEqualTo(expected);
  }

  /** Expects a failure of that kind, and gives it for a look at its message and hint. */
  public ToolResult.Failure failsWith(FailureKind kind) {
    if (!(result instanceof ToolResult.Failure failure)) {
      throw new AssertionError(
          tool + " was expected to fail as " + kind + ", and answered: " + result.text());
    }
    assertThat(failure.kind()).as("why %s failed: %s", tool, failure.text()).isEqualTo(kind);
    return failure;
  }
}

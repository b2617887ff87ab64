// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Closing a connection, whatever its child and grandchildren do. */
@DisabledOnOs(OS.WINDOWS)
class ChildEndingTest extends ChildProcesses {
  @Test
  void aChildThatIgnoresTheEndOfItsInputAndTermIsKilledInTime() throws Exception {
    Limits brief = Limits.builder().from(LIMITS).childGrace(Duration.ofMillis(300)).build();
    McpClient client = connect(server("stubborn").build(), brief);
    long pid = pid();

    Duration took = timeOf(client::close);
    Duration again = timeOf(client::close);

    assertThat(took).isLessThan(SOON);
    assertThat(again).isLessThan(SOON);
    assertThat(heard()).contains("ignores the end of input");
    assertGone(pid);
  }

  @Test
  void aGrandchildDoesNotOutliveTheConnection() throws Exception {
    McpClient client = connect("old");
    long grandchild = Long.parseLong(call(client, "spawn"));
    assertThat(ProcessHandle.of(grandchild)).isPresent();

    client.close();

    assertGone(grandchild);
    assertGone(pid());
  }

  @Test
  @DisabledOnOs(value = OS.MAC, disabledReason = "needs /proc to find an orphan")
  void aGrandchildWhoseParentDiedIsFoundAndEndedToo() throws Exception {
    McpClient client = connect("old");
    long grandchild = Long.parseLong(call(client, "spawn"));
    assertThatThrownBy(() -> call(client, "die"))
        .as("though the grandchild holds the output open")
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("exited with code 3");

    client.close();

    assertGone(grandchild);
  }

  @Test
  void aChildThatReadsNothingBlocksNoSenderForeverAndIsClosedInTime() throws Exception {
    Limits brief =
        Limits.builder()
            .from(LIMITS)
            .childGrace(Duration.ofMillis(300))
            .callTimeout(Duration.ofMillis(400))
            .build();
    McpClient client = connect(server("deaf").build(), brief);
    String large = "x".repeat(1 << 20);

    Throwable first =
        catchThrowable(() -> client.callTool(ToolCall.of("echo", Map.of("text", large))));
    Throwable second = catchThrowable(() -> call(client, "echo"));
    Duration took = timeOf(client::close);

    assertThat(first)
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(second)
        .isInstanceOfSatisfying(
            McpException.TimedOut.class,
            e -> assertThat(e.mayHaveExecuted()).as("it waited behind the first").isFalse());
    assertThat(took).isLessThan(SOON);
    assertGone(pid());
  }

  @Test
  void closingEndsTheCallsThatWait() throws Exception {
    McpClient client = connect("old");
    Future<Throwable> hanging = failing(client, "hang");
    awaitLedger("hangs");

    client.close();

    assertThat(hanging.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(McpException.OutcomeUnknown.class);
    assertThatThrownBy(() -> call(client, "echo")).isInstanceOf(McpException.NotSent.class);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static dev.cleat.examples.conformance.Samples.tool;

import dev.cleat.LogLevel;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.examples.conformance.Samples.None;
import java.util.List;

/** Tools that take a while, and tell how far they are or what they do. */
final class WorkingTools {
  // The conformance suite asks for pauses of about this length.
  private static final long STEP_MILLIS = 50;
  private static final int DONE = 100;

  private WorkingTools() {}

  static List<ServedTool> all() {
    return List.of(
        tool("test_tool_with_progress", "Tells its progress three times.")
            .handles(None.class, (none, call) -> progressing(call)),
        tool("test_reconnection", "Has a client over HTTP come back for its answer.")
            .handles(None.class, (none, call) -> answeringLater(call)),
        logging("test_tool_with_logging"),
        logging("test_logging_tool"));
  }

  private static ToolResult progressing(RequestContext call) throws InterruptedException {
    for (int done = 0; done <= DONE; done += DONE / 2) {
      if (done > 0) {
        Thread.sleep(STEP_MILLIS);
      }
      call.progress(done, DONE, "Completed step " + done + " of " + DONE);
    }
    return ToolResult.text("Tool with progress executed successfully");
  }

  private static ToolResult answeringLater(RequestContext call) throws InterruptedException {
    call.pause();
    Thread.sleep(2 * STEP_MILLIS);
    return ToolResult.text("Reconnection test completed successfully");
  }

  private static ServedTool logging(String name) {
    return tool(name, "Sends three messages to the client's log, if it wants them.")
        .handles(
            None.class,
            (none, call) -> {
              call.log(LogLevel.INFO, "Tool execution started");
              Thread.sleep(STEP_MILLIS);
              call.log(LogLevel.INFO, "Tool processing data");
              Thread.sleep(STEP_MILLIS);
              call.log(LogLevel.INFO, "Tool execution completed");
              return ToolResult.text("Tool with logging executed successfully");
            });
  }
}

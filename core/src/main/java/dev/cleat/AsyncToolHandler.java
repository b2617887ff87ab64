// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Answers the calls of one tool without keeping a thread until the answer is there: for tools that
 * wait for something else, such as another server.
 *
 * <p><b>Threads.</b> {@link #begin} is called in the thread that read the call, by many threads at
 * once, and has to return soon. The answer goes out in the thread that completes the future.
 *
 * <p><b>Cancellation.</b> A cancelled call cancels its future, and interrupts the thread that is
 * still in {@code begin}. A future that is made from another one does not cancel that by itself.
 *
 * <p><b>Errors.</b> What {@code begin} throws and what the future fails with count alike, and as
 * with any {@link ToolHandler}. A cause that is wrapped in a {@link
 * java.util.concurrent.CompletionException} is unwrapped. A future that its handler has cancelled
 * becomes {@link FailureKind#CANCELLED}.
 */
@FunctionalInterface
@SuppressWarnings("FunctionalInterfaceMethodChanged") // both ways to call it do the same
public interface AsyncToolHandler extends ToolHandler {
  /** Begins one call. */
  CompletableFuture<ToolResult> begin(ToolCall call, RequestContext context) throws Exception;

  /** Begins the call and waits for its end. Who is interrupted meanwhile cancels it. */
  @Override
  default ToolResult handle(ToolCall call, RequestContext context) throws Exception {
    CompletableFuture<ToolResult> answer =
        requireNonNull(begin(call, context), "The handler returned null");
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      } else if (e.getCause() instanceof Error fault) {
        throw fault;
      }
      throw e;
    }
  }
}

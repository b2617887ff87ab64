// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that no thread waits for, with all its rounds of questions. It is over as soon
 * as its future is done, whoever completes that: what still runs for it is ended then.
 */
final class AsyncCall {
  private final ClientRequests requests;
  private final Runnable listAgain;
  private final ToolCall call;
  private final String what;
  private final Duration limit;
  private final Map<String, Object> firstParams;
  private final RisingProgress progress;
  private final CompletableFuture<ToolResult> result = new CompletableFuture<>();

  // Guarded by this. What runs now: a request, or the answering of questions.
  private @Nullable Round current;
  private @Nullable RunningCall answering;

  /**
   * @param limit for each time that the server is waited for
   * @param listAgain has the transport learn the tools anew; may block
   */
  AsyncCall(ClientRequests requests, ToolCall call, Duration limit, Runnable listAgain) {
    this.requests = requests;
    this.call = call;
    this.limit = limit;
    this.listAgain = listAgain;
    what = Protocol.TOOLS_CALL + " " + call.tool();
    firstParams = ClientRequests.callOf(call);
    progress = new RisingProgress(call.listener());
  }

  /** Sends it. The future fails with what the waiting twin of this would throw. */
  CompletableFuture<ToolResult> begin() {
    var unused = result.whenComplete((done, failure) -> stop());
    try {
      requests.askForLogAhead(call.listener());
      new Round(firstParams, 0, false).send();
    } catch (RuntimeException notSent) {
      result.completeExceptionally(notSent);
    }
    return result;
  }

  /** The future is done. */
  private void stop() {
    Round round;
    RunningCall user;
    synchronized (this) {
      round = current;
      user = answering;
    }
    if (round != null) {
      round.cancel();
    }
    if (user != null) {
      boolean unused = user.cancel();
    }
  }

  /** One request and its answer. */
  private final class Round implements AsyncRequest.Outcome {
    private final int number;
    private final boolean listedAgain;
    private final ClientCall asked = requests.newCall(call.listener(), progress);
    private final AsyncRequest request;

    Round(Map<String, Object> params, int number, boolean listedAgain) {
      this.number = number;
      this.listedAgain = listedAgain;
      request = requests.begin(what, Protocol.TOOLS_CALL, params, call.meta(), asked, limit, this);
    }

    void send() {
      synchronized (AsyncCall.this) {
        current = this;
      }
      // Looked at after it has been made known to stop, which may have come just before.
      if (result.isDone()) {
        cancel();
      } else {
        request.send();
      }
    }

    void cancel() {
      if (request.cancel("the caller gave up")) {
        requests.end(asked);
      }
    }

    @Override
    public void answered(Map<String, Object> answer) {
      requests.end(asked);
      try {
        Optional<Map<String, Object>> next = next(answer);
        if (next.isEmpty()) {
          result.complete(ToolJson.readResult(answer));
        } else {
          new Round(next.get(), number + 1, listedAgain).send();
        }
      } catch (ToolFailure failure) {
        result.complete(failure.toResult());
      } catch (RuntimeException | Error failure) {
        result.completeExceptionally(failure);
      }
    }

    /** The next round, when the answer asks for one; the user is asked in this thread. */
    private Optional<Map<String, Object>> next(Map<String, Object> answer) {
      if (ClientRequests.isComplete(answer)) {
        return Optional.empty();
      }
      RunningCall user = new RunningCall();
      synchronized (AsyncCall.this) {
        answering = user;
      }
      if (result.isDone() || !user.begin()) {
        throw new McpException.Cancelled(what, true);
      }
      Map<String, Object> next;
      boolean wanted;
      try {
        next = requests.nextRound(what, firstParams, answer, call.listener(), number);
      } finally {
        wanted = user.end();
      }
      if (!wanted) {
        throw new McpException.Cancelled(what, true);
      }
      return Optional.of(next);
    }

    @Override
    public void failed(RuntimeException why) {
      requests.end(asked);
      if (!listedAgain && requests.wantsNewList(why)) {
        requests.aside(this::repeat);
      } else {
        result.completeExceptionally(why);
      }
    }

    /** It was not executed: the tool's schema, which the headers follow, is another one by now. */
    private void repeat() {
      try {
        listAgain.run();
        new Round(firstParams, 0, true).send();
      } catch (RuntimeException | Error failure) {
        result.completeExceptionally(failure);
      }
    }
  }
}

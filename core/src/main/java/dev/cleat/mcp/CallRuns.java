// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the calls of one session, each in the thread that suits it, and answers them. */
final class CallRuns {
  private final ServerSession session;
  private final ServerSettings settings;
  private final ServerDispatch dispatch;
  private final ServerCalls calls;
  private final CallsInFlight inFlight;
  private final long slowNanos;

  /**
   * @param slowNanos how long a call may keep the thread that delivered it; what may take longer
   *     gets its own
   */
  CallRuns(
      ServerSession session,
      ServerSettings settings,
      ServerDispatch dispatch,
      CallsInFlight inFlight,
      long slowNanos) {
    this.session = session;
    this.settings = settings;
    this.dispatch = dispatch;
    this.inFlight = inFlight;
    this.slowNanos = slowNanos;
    calls = new ServerCalls(settings);
  }

  /**
   * Quick tools run in the thread that read the call; slow ones in their own, from the start; those
   * that go on by themselves are begun here, and need no thread.
   */
  void start(Message.Request request, RunningCall call) {
    Runnable here = null;
    boolean started = false;
    try {
      Asker asker = dispatch.asker(request);
      ServerCalls.Prepared prepared = calls.prepare(request, asker);
      ServerContext context =
          new ServerContext(session, call, request, asker, rounds(request, asker));
      if (prepared.execution().goesOnByItself()) {
        here = () -> beginCall(request, call, prepared, context);
      } else {
        Pace pace = settings.catalogs().paceOf(prepared.what());
        Runnable run = () -> runCall(request, call, prepared, context, pace);
        if (pace.isSlow(slowNanos)) {
          settings.handlers().execute(run);
        } else {
          here = run;
        }
      }
      started = true;
    } catch (McpException.Protocol refused) {
      unlessCancelled(call, () -> session.replies().refuse(request.id(), refused));
    } catch (RejectedExecutionException shutDown) {
      unlessCancelled(
          call,
          () ->
              session.refuse(
                  request,
                  Protocol.SHUTTING_DOWN,
                  "This server is ending and takes no new calls."));
    } catch (RuntimeException fault) {
      unlessCancelled(call, () -> session.refuseAfter(fault, request));
    } finally {
      if (!started) {
        inFlight.forget(request.id());
        inFlight.answered();
      }
    }
    // Not within the above: from here on the call itself sees to its end, whatever it throws.
    if (here != null) {
      here.run();
    }
  }

  /** Only in the stateless era are questions asked in rounds. */
  private Optional<Rounds> rounds(Message.Request request, Asker asker) {
    return asker.isStateless()
        ? Optional.of(
            new Rounds(
                settings.requestState(), request.method(), request.params(), session.principal()))
        : Optional.empty();
  }

  /** Whoever cancelled a call has seen to its answer. */
  private static void unlessCancelled(RunningCall call, Runnable answer) {
    if (call.cancel()) {
      answer.run();
    }
  }

  private void runCall(
      Message.Request request,
      RunningCall call,
      ServerCalls.Prepared prepared,
      ServerContext context,
      Pace pace) {
    Message answer = null;
    try {
      if (!call.begin()) {
        return;
      }
      long start = System.nanoTime();
      pace.begins(start);
      boolean wanted;
      try {
        answer = answer(request, prepared, () -> prepared.execution().run(context));
      } finally {
        wanted = call.end();
        pace.took(System.nanoTime() - start);
      }
      if (!wanted) {
        answer = null;
      }
    } finally {
      settle(request, prepared, answer);
    }
  }

  private void beginCall(
      Message.Request request,
      RunningCall call,
      ServerCalls.Prepared prepared,
      ServerContext context) {
    if (!call.begin()) {
      settle(request, prepared, null);
      return;
    }
    CompletableFuture<ToolResult> running = prepared.execution().begin(context);
    call.goesOn(running);
    var unused =
        running.whenComplete(
            (result, failure) -> {
              Message answer = null;
              try {
                answer =
                    answer(
                        request,
                        prepared,
                        () -> prepared.execution().ended(result, failure, context));
              } catch (RuntimeException | Error fault) {
                // Nobody sees what such a stage throws, and the client waits.
                unlessCancelled(call, () -> session.refuseAfter(fault, request));
              }
              settle(request, prepared, call.end() ? answer : null);
            });
  }

  /** The end of a call that was entered, whether or not there is an answer to send. */
  private void settle(
      Message.Request request, ServerCalls.Prepared prepared, @Nullable Message answer) {
    try {
      // First forgotten, then answered: a client may use the id again as soon as it has the answer.
      inFlight.forget(request.id());
      if (answer != null) {
        sendResult(answer, prepared);
      }
    } finally {
      inFlight.answered();
    }
  }

  private Message answer(
      Message.Request request, ServerCalls.Prepared prepared, Supplier<Map<String, Object>> call) {
    try {
      return result(request, prepared.asker(), call.get(), "complete");
    } catch (InputRequired question) {
      return result(request, prepared.asker(), question.toResult(), "input_required");
    } catch (McpException.Protocol refused) {
      return Replies.error(request.id(), refused);
    } catch (McpException.NotFound gone) {
      return Replies.error(
          request.id(),
          new McpException.Protocol(
              Protocol.INVALID_PARAMS, String.valueOf(gone.getMessage()), Optional.empty()));
    }
  }

  /** Sends the answer to a call; one that cannot be written is a fault of the tool. */
  private void sendResult(Message answer, ServerCalls.Prepared prepared) {
    try {
      session.replies().send(answer);
    } catch (RuntimeException | StackOverflowError notJson) {
      if (answer instanceof Message.Response response) {
        try {
          Map<String, Object> fault = prepared.execution().unwritable(notJson);
          session
              .replies()
              .send(
                  new Message.Response(
                      response.id(), dispatch.finished(fault, "complete", prepared.asker())));
        } catch (McpException.Protocol refused) {
          session.replies().refuse(response.id(), refused);
        }
      }
    }
  }

  private Message result(
      Message.Request request, Asker asker, Map<String, Object> result, String type) {
    return new Message.Response(request.id(), dispatch.finished(result, type, asker));
  }
}

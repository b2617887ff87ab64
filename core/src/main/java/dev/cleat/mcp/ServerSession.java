// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one connection.
 *
 * <p>How it ends: (1) the peer closes its side, or {@link #refuseCalls} is called: no new call
 * starts; (2) the running ones are awaited; (3) what is left is cancelled, which interrupts the
 * handlers; (4) the connection is closed.
 */
final class ServerSession implements Connection.Receiver {
  private static final Logger LOG = System.getLogger(ServerSession.class.getName());

  /** A user may think for so long before a question is taken as unanswered. */
  private static final Duration ASK_LIMIT = Duration.ofMinutes(10);

  private final Connection connection;
  private final ServerSettings settings;
  private final ServerDispatch dispatch;
  private final PendingRequests asked;
  private final CountDownLatch inputEnded = new CountDownLatch(1);

  // Calls by request id. Entered by the thread that read the request, before any later message is
  // looked at, so that a cancellation always finds its call.
  private final Map<Object, RunningCall> running = new ConcurrentHashMap<>();

  // Calls whose answer has not been handed to the connection yet; more than running holds, because
  // an id is free again just before its answer goes. 0 while refusing means that all are answered.
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Object idle = new Object();
  private volatile boolean refusing;

  // Told when the peer is gone.
  private final Consumer<ServerSession> onEnd;

  ServerSession(Connection connection, ServerSettings settings, Consumer<ServerSession> onEnd) {
    this.connection = connection;
    this.onEnd = onEnd;
    this.settings = settings;
    dispatch = new ServerDispatch(settings);
    asked = new PendingRequests(connection);
  }

  void start() {
    connection.start(this);
  }

  /** Waits until the peer has closed its side and its calls are answered. */
  void awaitEnd() throws InterruptedException {
    inputEnded.await();
    drain(System.nanoTime() + settings.limits().shutdownGrace().toNanos());
  }

  void refuseCalls() {
    refusing = true;
  }

  /** Waits for the running calls until the deadline, then cancels what is left. */
  void drain(long deadlineNanos) {
    boolean interrupted = false;
    synchronized (idle) {
      long left = deadlineNanos - System.nanoTime();
      while (unanswered.get() > 0 && left > 0 && !interrupted) {
        try {
          TimeUnit.NANOSECONDS.timedWait(idle, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadlineNanos - System.nanoTime();
      }
    }
    running.forEach(this::abandon);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts a call that did not end in time, and says so to who waits for it. */
  private void abandon(Object id, RunningCall call) {
    if (call.cancel()) {
      send(
          new Message.ErrorResponse(
              Optional.of(id),
              Wire.SHUTTING_DOWN,
              "This server ended before the call did. It may have been executed in part.",
              Optional.empty()));
    }
  }

  void close() {
    refusing = true;
    running.forEach(this::abandon);
    connection.close();
    inputEnded.countDown();
  }

  @Override
  public @Nullable Runnable received(Message message) {
    if (message instanceof Message.Request request) {
      return receivedRequest(request);
    } else if (message instanceof Message.Notification notification) {
      if (notification.method().equals(Wire.CANCELLED)) {
        Object id = notification.params().get("requestId");
        RunningCall call = id == null ? null : running.get(id);
        if (call != null) {
          call.cancel();
        }
      }
    } else if (message instanceof Message.Response response) {
      asked.answered(response.id(), response);
    } else if (message instanceof Message.ErrorResponse error) {
      asked.answered(PendingRequests.idOf(error.id()), error);
    }
    return null;
  }

  @Override
  public void malformed(Message.ErrorResponse deserved) {
    send(deserved);
  }

  @Override
  public void ended(String reason) {
    refusing = true;
    asked.end(reason);
    inputEnded.countDown();
    onEnd.accept(this);
  }

  /** Refuses a request, or returns what answers it. */
  private @Nullable Runnable receivedRequest(Message.Request request) {
    if (request.method().equals(Wire.INITIALIZE)) {
      // Agreed on before the next message is read, which may rely on it.
      answer(request, () -> dispatch.answer(request));
      return null;
    }
    if (!request.method().equals(Wire.TOOLS_CALL)) {
      return () -> answer(request, () -> dispatch.answer(request));
    }
    RunningCall call = new RunningCall();
    if (refusing) {
      refuse(request, Wire.SHUTTING_DOWN, "This server is ending and takes no new calls.");
    } else if (unanswered.get() >= settings.limits().maxCallsInFlight()) {
      refuse(
          request,
          Wire.OVERLOADED,
          "There are "
              + settings.limits().maxCallsInFlight()
              + " calls running already, which is the limit. Call again when some have ended.");
    } else if (running.putIfAbsent(request.id(), call) != null) {
      refuse(
          request,
          MessageCodec.INVALID_REQUEST,
          "The id " + request.id() + " belongs to a call that is still running.");
    } else {
      unanswered.incrementAndGet();
      return () -> startCall(request, call);
    }
    return null;
  }

  /** Quick tools run in the thread that read the call; slow ones in their own, from the start. */
  private void startCall(Message.Request request, RunningCall call) {
    Runnable here = null;
    boolean started = false;
    try {
      ServerDispatch.Prepared prepared = dispatch.prepare(request);
      ServedTool tool = prepared.tool();
      Pace pace = settings.tools().paceOf(tool.name());
      ServerCallContext context = new ServerCallContext(this, call, request.params(), prepared);
      Runnable run = () -> runCall(request, call, prepared, context, pace);
      if (pace.isSlow()) {
        settings.handlers().execute(run);
      } else {
        here = run;
      }
      started = true;
    } catch (McpException.Protocol refused) {
      unlessCancelled(call, () -> send(error(request, refused)));
    } catch (RejectedExecutionException shutDown) {
      unlessCancelled(
          call,
          () ->
              refuse(request, Wire.SHUTTING_DOWN, "This server is ending and takes no new calls."));
    } catch (RuntimeException fault) {
      unlessCancelled(call, () -> refuseAfter(fault, request));
    } finally {
      if (!started) {
        running.remove(request.id());
        finished();
      }
    }
    // Not within the above: from here on the call itself sees to its end, whatever it throws.
    if (here != null) {
      here.run();
    }
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
      ServerDispatch.Prepared prepared,
      ServerCallContext context,
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
        answer = execute(request, prepared, context);
      } finally {
        wanted = call.end();
        pace.took(System.nanoTime() - start);
      }
      if (!wanted) {
        answer = null;
      }
    } finally {
      // First forgotten, then answered: a client may use the id again as soon as it has the answer.
      running.remove(request.id());
      if (answer != null) {
        sendResult(answer, prepared);
      }
      finished();
    }
  }

  private Message execute(
      Message.Request request, ServerDispatch.Prepared prepared, ServerCallContext context) {
    try {
      Optional<ToolResult.Failure> refusal = settings.access().refusal(prepared.tool().tool());
      ToolCall call = prepared.call().withListener(new ContextListener(context));
      ToolResult result =
          refusal.isPresent() ? refusal.get() : Invocation.run(prepared.tool(), call, context);
      return new Message.Response(request.id(), dispatch.write(result, prepared));
    } catch (InputRequired question) {
      return new Message.Response(request.id(), dispatch.write(question));
    } catch (McpException.Protocol refused) {
      return error(request, refused);
    } catch (McpException.NotFound gone) {
      return error(
          request,
          new McpException.Protocol(
              Wire.INVALID_PARAMS, String.valueOf(gone.getMessage()), Optional.empty()));
    }
  }

  /** Sends the answer to a call; one that cannot be written is a fault of the tool. */
  private void sendResult(Message answer, ServerDispatch.Prepared prepared) {
    try {
      send(answer);
    } catch (RuntimeException | StackOverflowError notJson) {
      if (answer instanceof Message.Response response) {
        ToolResult fault = Invocation.fault(prepared.tool(), notJson);
        send(new Message.Response(response.id(), dispatch.write(fault, prepared)));
      }
    }
  }

  private void finished() {
    if (unanswered.decrementAndGet() == 0 && refusing) {
      synchronized (idle) {
        idle.notifyAll();
      }
    }
  }

  private interface Answer {
    Map<String, Object> get();
  }

  private void answer(Message.Request request, Answer answer) {
    try {
      send(new Message.Response(request.id(), answer.get()));
    } catch (McpException.Protocol refused) {
      send(error(request, refused));
    } catch (RuntimeException fault) {
      refuseAfter(fault, request);
    }
  }

  /** A tool set that fails ends one request and not the connection. */
  private void refuseAfter(RuntimeException fault, Message.Request request) {
    LOG.log(Level.ERROR, () -> settings.name() + ": a fault in " + request.method(), fault);
    refuse(request, Wire.INTERNAL_ERROR, "A fault of this server. Its log has the details.");
  }

  private void refuse(Message.Request request, int code, String why) {
    send(new Message.ErrorResponse(Optional.of(request.id()), code, why, Optional.empty()));
  }

  private static Message.ErrorResponse error(Message.Request request, McpException.Protocol e) {
    return new Message.ErrorResponse(
        Optional.of(request.id()), e.code(), String.valueOf(e.getMessage()), e.data());
  }

  /** Sends an answer; one that is too large is replaced by an answer that says so. */
  private void send(Message answer) {
    try {
      connection.send(answer);
    } catch (McpException.TooLarge tooLarge) {
      if (answer instanceof Message.Response response) {
        send(
            new Message.ErrorResponse(
                Optional.of(response.id()),
                Wire.INTERNAL_ERROR,
                "The answer is too large to send. " + tooLarge.getMessage(),
                Optional.empty()));
      }
    } catch (McpException.NotSent gone) {
      // The peer has left; nobody is there to be told.
    }
  }

  void notifyPeer(String method, Map<String, Object> params) {
    send(new Message.Notification(method, params));
  }

  void toolsChanged() {
    if (dispatch.hasHandshake()) {
      notifyPeer(Wire.TOOLS_CHANGED, Map.of());
    }
  }

  boolean assumesYes() {
    return settings.assumeYes();
  }

  /** Whether the client of the older era can show the user a question. */
  boolean clientCanElicit() {
    return dispatch.clientCanElicit();
  }

  /** Asks the client something, which only the older era allows. */
  Map<String, Object> ask(String method, Map<String, Object> params) {
    return asked.call(asked.newId(), method, method, params, ASK_LIMIT, true);
  }

  /** What an upstream behind the tool reports goes to the client in front of it. */
  private record ContextListener(ServerCallContext context) implements dev.cleat.CallListener {
    @Override
    public boolean wantsProgress() {
      return context.wantsProgress();
    }

    @Override
    public void progress(double done, double total, String message) {
      context.progress(done, total, message);
    }

    @Override
    public boolean cancelled() {
      return context.cancelled();
    }

    @Override
    public Answer confirm(String question) {
      // What it throws says why there is no yes, and ends the tool's call with that.
      context.confirm(question);
      return Answer.ACCEPTED;
    }
  }
}

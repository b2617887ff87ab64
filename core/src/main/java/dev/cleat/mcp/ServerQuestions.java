// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.InputRequest;
import dev.cleat.Text;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a server of the older era sends its client: questions to the user or the model,
 * and pings.
 *
 * <p><b>Threads.</b> Each is answered in the thread that runs what {@link #accept} returns, for as
 * long as the user takes. It is interrupted when the server withdraws its question, when the call
 * ends that the question belongs to, and when the connection ends.
 */
final class ServerQuestions {
  private static final Logger LOG = System.getLogger(ServerQuestions.class.getName());

  /** Beyond what a user or a model can attend to at once; each may hold up a thread. */
  private static final int MAX_OPEN = 64;

  private final Replies replies;
  private final PendingRequests pending;
  private final ClientCalls calls;
  private final Map<Object, Question> open = new ConcurrentHashMap<>();

  ServerQuestions(Connection connection, PendingRequests pending, ClientCalls calls) {
    replies = new Replies(connection);
    this.pending = pending;
    this.calls = calls;
  }

  /** One that is not answered yet. */
  private static final class Question {
    final Message.Request request;
    final RunningCall running = new RunningCall();

    // Named by the channel it came on, or found out when its answer begins.
    volatile @Nullable Object callId;

    Question(Message.Request request, @Nullable Object callId) {
      this.request = request;
      this.callId = callId;
    }

    Object id() {
      return request.id();
    }
  }

  /**
   * Takes a request, so that it can be withdrawn from now on.
   *
   * @param callId the request of this client on whose channel it came, if that is known
   * @return answers it
   */
  Runnable accept(Message.Request request, @Nullable Object callId) {
    if (request.method().equals(Wire.PING)) {
      return () -> answerPing(request);
    }
    if (open.size() >= MAX_OPEN) {
      return () ->
          replies.send(error(request, Protocol.OVERLOADED, "Too many questions are open already."));
    }
    Question question = new Question(request, callId);
    if (open.putIfAbsent(request.id(), question) != null) {
      return () ->
          replies.send(
              error(
                  request, MessageCodec.INVALID_REQUEST, "A request of this id is open already."));
    }
    return () -> answer(question);
  }

  /** Refuses a request that has no place in the era that is spoken; pings are answered. */
  Runnable refuse(Message.Request request) {
    return request.method().equals(Wire.PING)
        ? () -> answerPing(request)
        : () -> replies.send(error(request, Protocol.METHOD_NOT_FOUND, undeclared(request)));
  }

  /** The server wants no answer to that request of its any more. */
  void withdrawn(@Nullable Object id) {
    Question question = id == null ? null : open.remove(id);
    if (question != null) {
      question.running.cancel();
    }
  }

  /** A request of this client has ended, and with it the questions that came on its channel. */
  void callEnded(long callId) {
    for (Question question : open.values()) {
      Object of = question.callId;
      if (of != null && of.equals(callId) && question.running.cancel()) {
        replies.send(
            error(
                question.request,
                Protocol.INTERNAL_ERROR,
                "The request that this belongs to has ended."));
      }
    }
  }

  /** The connection has ended. */
  void end() {
    open.values().forEach(question -> question.running.cancel());
    open.clear();
  }

  private void answerPing(Message.Request request) {
    replies.send(new Message.Response(request.id(), Map.of()));
  }

  private void answer(Question question) {
    if (!question.running.begin()) {
      open.remove(question.id(), question);
      return;
    }
    Message answer;
    boolean wanted;
    try {
      answer = answerTo(question);
    } finally {
      wanted = question.running.end();
      open.remove(question.id(), question);
    }
    if (wanted) {
      replies.send(answer);
    }
  }

  private Message answerTo(Question question) {
    Message.Request request = question.request;
    try {
      Optional<InputRequest> asked = InputJson.readRequest(request.method(), request.params());
      if (asked.isEmpty()) {
        return unreadable(request);
      }
      Optional<ClientCalls.Answerer> answerer = calls.answerer(asked.get(), question.callId);
      return answerer.isPresent()
          ? answered(question, asked.get(), answerer.get())
          : refused(request, asked.get());
    } catch (RuntimeException | Error fault) {
      if (!question.running.cancelled()) {
        LOG.log(Level.WARNING, () -> "Answering " + request.method() + " failed", fault);
      }
      return error(request, Protocol.INTERNAL_ERROR, "This client failed to answer.");
    }
  }

  private Message answered(Question question, InputRequest asked, ClientCalls.Answerer answerer) {
    ClientCall call = answerer.call();
    // Nobody knows which call waits for it when none is named, so none is timed out meanwhile.
    List<ClientCall> still = call == null ? List.copyOf(calls.all()) : List.of(call);
    if (call != null) {
      question.callId = call.id();
    }
    still.forEach(ClientCall::questionBegins);
    try {
      return new Message.Response(
          question.id(), InputJson.write(Answers.answer(answerer.features(), asked)));
    } catch (ToolFailure refusal) {
      return error(question.request, Protocol.INTERNAL_ERROR, String.valueOf(refusal.getMessage()));
    } catch (InputRequired unwinds) {
      // The client of the stateless era would have to send its request again with the answer, and
      // the server that asks would execute it a second time.
      return error(
          question.request,
          Protocol.INTERNAL_ERROR,
          "This server asks while it works, and the client in front of the gateway only answers"
              + " between requests. Connect it directly, or use a client of revision 2025-11-25.");
    } catch (RuntimeException ends) {
      if (call == null || question.running.cancelled()) {
        throw ends;
      }
      // Whatever else a listener throws is for its caller, who gets it as if it waited right here.
      pending.abandon(call.id(), ends);
      return error(question.request, Protocol.INTERNAL_ERROR, "The caller has given up.");
    } finally {
      still.forEach(ClientCall::questionEnds);
    }
  }

  private static Message unreadable(Message.Request request) {
    switch (request.method()) {
      case Wire.ELICIT:
      case Wire.SAMPLE:
        return error(
            request,
            Protocol.INVALID_PARAMS,
            "The parameters of " + request.method() + " are not those of the specification.");
      default:
        return error(request, Protocol.METHOD_NOT_FOUND, undeclared(request));
    }
  }

  private static Message refused(Message.Request request, InputRequest asked) {
    // One of two modes may be known, and then it is the parameters that are wrong.
    return asked instanceof InputRequest.Url
        ? error(
            request,
            Protocol.INVALID_PARAMS,
            "This client has not declared elicitation of the mode \"url\".")
        : error(request, Protocol.METHOD_NOT_FOUND, undeclared(request));
  }

  private static String undeclared(Message.Request request) {
    return "This client has not declared what " + Text.shown(request.method()) + " needs.";
  }

  private static Message.ErrorResponse error(Message.Request request, int code, String why) {
    return new Message.ErrorResponse(Optional.of(request.id()), code, why, Optional.empty());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static java.util.Objects.requireNonNull;

import dev.cleat.AsyncToolHandler;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Runs a handler and turns whatever it does into a result. */
final class Invocation {
  private static final Logger LOG = System.getLogger(Invocation.class.getName());

  private Invocation() {}

  /**
   * Runs it in this thread.
   *
   * @throws McpException.Protocol when an upstream refused the request in JSON-RPC terms
   * @throws McpException.NotFound when the tool is gone
   * @throws InputRequired when the user has to be asked first
   */
  static ToolResult run(ServedTool tool, ToolCall call, RequestContext context) {
    try {
      return ended(tool, tool.handler().handle(call, context), null, context);
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      return ended(tool, null, cancelled, context);
    } catch (Exception | Error failure) {
      return ended(tool, null, failure, context);
    }
  }

  /**
   * Begins it. Whatever goes wrong is in the future, which is the handler's own: cancelling it ends
   * the call. How it ended is for {@link #ended} to say.
   */
  static CompletableFuture<ToolResult> begin(
      AsyncToolHandler handler, ToolCall call, RequestContext context) {
    try {
      return requireNonNull(handler.begin(call, context), "The handler returned null");
    } catch (Exception | Error failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  /**
   * What a handler's end means for the caller.
   *
   * @param result null when it failed, or said nothing
   * @param failure null when it did not fail
   * @throws McpException.Protocol as {@link #run} does, and so on
   */
  static ToolResult ended(
      ServedTool tool,
      @Nullable ToolResult result,
      @Nullable Throwable failure,
      RequestContext context) {
    if (failure == null) {
      return result != null
          ? result
          : fault(tool, new NullPointerException("The handler returned null"));
    }
    Throwable why = unwrapped(failure);
    if (why instanceof ToolFailure said) {
      if (said.getCause() != null) {
        LOG.log(Level.DEBUG, () -> tool.name() + " failed: " + said.getMessage(), said);
      }
      return said.toResult();
    } else if (why instanceof InputRequired question) {
      throw question;
    } else if (why instanceof McpException.Protocol refused) {
      throw refused;
    } else if (why instanceof McpException.NotFound gone) {
      throw gone;
    } else if (why instanceof McpException trouble) {
      return failureOf(trouble);
    }
    return why instanceof InterruptedException
            || why instanceof CancellationException
            || context.cancelled()
        ? ToolResult.failure(FailureKind.CANCELLED, tool.name() + " was cancelled.", "")
        : fault(tool, why);
  }

  /** The cause itself: stages of futures wrap it in exceptions of theirs. */
  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** What answers a request that is no call of a tool, and so has no results that are failures. */
  interface Answering<T> {
    T answer() throws Exception;
  }

  /**
   * Runs it in this thread, and turns whatever goes wrong into a refusal of the request.
   *
   * @throws McpException.Protocol with why there is no answer
   * @throws McpException.NotFound when what was asked for is not there
   * @throws InputRequired when the user has to be asked first
   */
  static <T> T refusing(String what, RequestContext context, Answering<T> answering) {
    try {
      return requireNonNull(answering.answer(), "The handler returned null");
    } catch (ToolFailure failure) {
      throw refusal(failure);
    } catch (InputRequired | McpException.Protocol | McpException.NotFound passedOn) {
      throw passedOn;
    } catch (McpException trouble) {
      throw new McpException.Protocol(
          Protocol.INTERNAL_ERROR, String.valueOf(trouble.getMessage()), Optional.empty());
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw new McpException.Protocol(
          Protocol.INTERNAL_ERROR, what + " was cancelled.", Optional.empty());
    } catch (Exception | Error fault) {
      if (context.cancelled()) {
        throw new McpException.Protocol(
            Protocol.INTERNAL_ERROR, what + " was cancelled.", Optional.empty());
      }
      throw fault(what, fault);
    }
  }

  private static McpException refusal(ToolFailure failure) {
    ToolResult.Failure described = failure.toResult();
    if (described.kind() == FailureKind.NOT_FOUND) {
      return new McpException.NotFound(described.message());
    }
    Map<String, Object> data = Wire.object("kind", described.kind().wireName());
    data.put("hint", described.hint());
    return new McpException.Protocol(
        described.kind() == FailureKind.INVALID_ARGUMENT
            ? Protocol.INVALID_PARAMS
            : Protocol.INTERNAL_ERROR,
        described.message(),
        Optional.of(data));
  }

  /** The refusal of a request that ended by a fault: an id here, the details in the log. */
  static McpException.Protocol fault(String what, Throwable fault) {
    String id = String.format("%08x", ThreadLocalRandom.current().nextInt());
    LOG.log(Level.ERROR, () -> "Fault " + id + ": " + what, fault);
    return new McpException.Protocol(
        Protocol.INTERNAL_ERROR,
        what
            + " failed because of a fault in this server ("
            + id
            + "). The server's log has the details under that id.",
        Optional.empty());
  }

  /** The result of a call that ended by a fault of the tool: an id here, the details in the log. */
  static ToolResult fault(ServedTool tool, Throwable fault) {
    String id = String.format("%08x", ThreadLocalRandom.current().nextInt());
    LOG.log(Level.ERROR, () -> "Fault " + id + " in tool " + tool.name(), fault);
    return ToolResult.failure(
        FailureKind.INTERNAL,
        tool.name() + " failed because of a fault in it (" + id + ").",
        "The server's log has the details under that id.");
  }

  /** The result that a caller of ours gets when an upstream client is in trouble. */
  private static ToolResult failureOf(McpException trouble) {
    FailureKind kind;
    if (trouble instanceof McpException.OutcomeUnknown) {
      kind = FailureKind.OUTCOME_UNKNOWN;
    } else if (trouble instanceof McpException.TimedOut) {
      kind = FailureKind.TIMEOUT;
    } else if (trouble instanceof McpException.Cancelled) {
      kind = FailureKind.CANCELLED;
    } else if (trouble instanceof McpException.TooLarge) {
      kind = FailureKind.TOO_LARGE;
    } else {
      kind = FailureKind.UNAVAILABLE;
    }
    ToolFailure failure = new ToolFailure(kind, String.valueOf(trouble.getMessage()), "");
    boolean retryable = !trouble.mayHaveExecuted() && kind != FailureKind.TOO_LARGE;
    return (retryable ? failure.retryable() : failure).toResult();
  }
}

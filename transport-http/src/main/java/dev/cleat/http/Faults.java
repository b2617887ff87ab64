// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Text;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Trouble of HTTP as the words and the JSON-RPC errors that callers get to see. */
final class Faults {
  private static final int MAX_CAUSES = 10;

  private Faults() {}

  /** Whether a failure shows that the server has not got the request. */
  static boolean beforeSending(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      if (cause instanceof ConnectException
          || cause instanceof SSLHandshakeException
          || cause instanceof UnknownHostException
          || cause instanceof UnresolvedAddressException
          || cause instanceof RejectedExecutionException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** What a failure means, for people. */
  static String reason(String origin, Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      String known = known(origin, cause);
      if (known != null) {
        return known;
      }
      cause = cause.getCause();
    }
    return "the exchange with "
        + origin
        + " failed: "
        + failure.getClass().getSimpleName()
        + " "
        + Text.shown(String.valueOf(failure.getMessage()));
  }

  private static @Nullable String known(String origin, Throwable cause) {
    if (cause instanceof SSLHandshakeException) {
      return "TLS with "
          + origin
          + " could not be agreed on: "
          + Text.shown(String.valueOf(cause.getMessage()));
    } else if (cause instanceof ConnectException) {
      return "nothing answers at " + origin + ". Is the server running?";
    } else if (cause instanceof UnknownHostException
        || cause instanceof UnresolvedAddressException) {
      return "the host of " + origin + " is not known";
    } else if (cause instanceof SocketTimeoutException) {
      return "no connection to " + origin + " in time";
    } else if (cause instanceof EOFException || cause instanceof ClosedChannelException) {
      return origin + " closed the connection";
    } else if (cause instanceof RejectedExecutionException) {
      return "too many requests wait for " + origin;
    }
    return null;
  }

  /** The answer to a request that HTTP itself refused. */
  static Message.ErrorResponse refused(Object id, Answer answer) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put(Protocol.STATUS, answer.status());
    String told =
        words(answer).map(error -> " It said: \"" + Text.shown(error.message()) + "\"").orElse("");
    return new Message.ErrorResponse(
        Optional.of(id), HttpWire.HTTP_REFUSED, refusal(answer.status()) + told, Optional.of(data));
  }

  /** The JSON-RPC error in the body of an answer. */
  private static Optional<Message.ErrorResponse> words(Answer answer) {
    if (answer.body().length == 0 || answer.failure() != null) {
      return Optional.empty();
    }
    try {
      return MessageCodec.decode(answer.body(), 0, answer.body().length)
              instanceof Message.ErrorResponse error
          ? Optional.of(error)
          : Optional.empty();
    } catch (MessageCodec.MalformedException notJsonRpc) {
      return Optional.empty();
    }
  }

  private static String refusal(int status) {
    String what = "HTTP " + status + ": ";
    if (status == 401) {
      return what + "the server wants credentials, or other ones. Set them in the headers.";
    } else if (status == 403) {
      return what + "the server does not allow this, with these credentials or from here.";
    } else if (status == 404 || status == 405) {
      return what + "there is no MCP server at this URL. Check its path.";
    } else if (status == 413 || status == 431) {
      return what + "the server does not take so much at once.";
    } else if (status >= 300 && status < 400) {
      return what + "the server is at another URL. Redirects are not followed; set that URL.";
    } else if (status >= 500) {
      return what + "the server, or a proxy before it, failed.";
    }
    return what + "the server refused the request.";
  }

  /**
   * The JSON-RPC error in the body of a refusal, for that request; empty when there is none, or
   * when the status says more: that credentials are missing.
   */
  static Optional<Message.ErrorResponse> errorIn(Answer answer, Object id) {
    return answer.status() == 401 || answer.status() == 403
        ? Optional.empty()
        : words(answer)
            .filter(error -> error.id().filter(other -> !other.equals(id)).isEmpty())
            .map(error -> withId(error, id));
  }

  static Message.ErrorResponse withId(Message.ErrorResponse error, Object id) {
    return new Message.ErrorResponse(Optional.of(id), error.code(), error.message(), error.data());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;
import static dev.cleat.FailureKind.TOO_LARGE;
import static dev.cleat.FailureKind.UNAUTHENTICATED;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static dev.cleat.FailureKind.UPSTREAM;
import static dev.cleat.FailureKind.WRONG_STATE;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went wrong with one request, as a failure that says what to do. */
final class RayFailures {
  private static final String IS_IT_RAY =
      "Check that providers.ray.dashboard is the address of a Ray dashboard, with its path prefix if"
          + " it is behind a proxy.";
  private static final String GIVE_TOKEN =
      "Give the cluster's token as providers.ray.token, for example \"${RAY_AUTH_TOKEN}\", or its"
          + " file as providers.ray.tokenFile.";
  private static final Pattern ERROR_LINE =
      Pattern.compile("^[\\w.]{0,200}(?:Error|Exception): [^\\n]*", Pattern.MULTILINE);

  private final DashboardEndpoint endpoint;
  private final Ask ask;

  RayFailures(DashboardEndpoint endpoint, Ask ask) {
    this.endpoint = endpoint;
    this.ask = ask;
  }

  /** The request got no answer. */
  ToolFailure noAnswer(String why, boolean mayBeActedOn, Throwable cause) {
    if (mayBeActedOn) {
      return new ToolFailure(
              OUTCOME_UNKNOWN,
              "The request was sent to the Ray dashboard at " + address() + ", but " + why + ".",
              "It may have been carried out. Look before asking again.")
          .causedBy(cause);
    }
    return ToolFailure.unavailable(
            "The Ray dashboard at " + address() + " cannot be reached: " + why + ".",
            "Is Ray running there? Start it, or change providers.ray.dashboard.")
        .causedBy(cause);
  }

  /** The dashboard, or what is in its place, answered with something else than 200. */
  ToolFailure ofStatus(int status, HttpHeaders headers, String body) {
    String said = said(body);
    return switch (status) {
      case 400 -> badRequest(body, said);
      case 401 -> unauthenticated("wants a token" + (hasToken() ? ", and not this one" : ""));
      case 403 -> unauthenticated("refuses " + (hasToken() ? "this token" : "access") + " (403)");
      case 404 -> notFound(body, said);
      case 413 -> new ToolFailure(TOO_LARGE, "Ray refuses the request as too large.", "");
      case 429, 503 -> busy(status, said);
      case 500 -> serverError(body, said, headers);
      case 501 -> new ToolFailure(UNSUPPORTED, "Ray cannot do this: " + said, "");
      case 502, 504 -> gateway(status, said);
      default -> status >= 300 && status < 400 ? redirected(status, headers) : odd(status, said);
    };
  }

  /** The answer was 200 and not what a Ray dashboard says. */
  ToolFailure notRay(String seen) {
    return new ToolFailure(
        ask.writes() ? OUTCOME_UNKNOWN : UPSTREAM,
        "What answers at " + address() + " does not speak as a Ray dashboard. " + quoted(seen),
        IS_IT_RAY);
  }

  static ToolFailure tooLarge(Ask ask, int maxBytes) {
    return new ToolFailure(
        TOO_LARGE,
        "The Ray dashboard's answer to " + ask.route() + " has more than " + maxBytes + " bytes.",
        "Delete finished jobs that nobody needs, or ask for less.");
  }

  /** The fault in a few words. */
  static String inWords(Throwable fault) {
    if (fault instanceof HttpConnectTimeoutException) {
      return "no connection in " + Bounds.CONNECT.toSeconds() + " s";
    }
    if (fault instanceof UnresolvedAddressException
        || fault.getCause() instanceof UnresolvedAddressException) {
      return "its name is not known";
    }
    if (fault instanceof ConnectException) {
      return "the connection was refused";
    }
    String message = fault.getMessage();
    return "the connection broke" + (message == null ? "" : " (" + Wording.cut(message, 100) + ")");
  }

  private ToolFailure badRequest(String body, String said) {
    if (body.contains("already exists")) {
      return new ToolFailure(CONFLICT, said, "");
    }
    return ToolFailure.invalidArgument("Ray refuses the request: " + said, "");
  }

  private ToolFailure unauthenticated(String what) {
    return new ToolFailure(
        UNAUTHENTICATED, "The Ray dashboard at " + address() + " " + what + ".", GIVE_TOKEN);
  }

  private ToolFailure notFound(String body, String said) {
    if (body.startsWith("Job ") && body.contains("does not exist")) {
      return ToolFailure.notFound(
          said + " on the Ray cluster at " + address() + ".",
          "list_ray_jobs shows the jobs there are.");
    }
    if (body.startsWith("Package ") && body.contains("does not exist")) {
      return ToolFailure.notFound(said + " on the Ray cluster at " + address() + ".", "");
    }
    return new ToolFailure(
        UPSTREAM,
        "What answers at " + address() + " has no " + path() + ". It said: " + quoted(said),
        IS_IT_RAY + " An old version of Ray can lack it, too.");
  }

  private ToolFailure busy(int status, String said) {
    return ToolFailure.unavailable(
        "The Ray dashboard at " + address() + " is busy (" + status + "): " + said,
        "Try again in a few seconds.");
  }

  private ToolFailure serverError(String body, String said, HttpHeaders headers) {
    if (body.contains("already exists")) {
      return new ToolFailure(CONFLICT, said, "");
    }
    if (body.contains("non-terminal state")) {
      return new ToolFailure(
          WRONG_STATE, said, "Cancel the job first, and wait until it has ended.");
    }
    if (body.contains("No available agent") || body.contains(":-1/")) {
      return ToolFailure.unavailable(
          "Ray has no dashboard agent that could do this: " + said,
          "A node whose agent found its port taken has none: give each node of a host its own"
              + " --dashboard-agent-listen-port. On a node that has just started, try again.");
    }
    if (body.contains("A file is not found at")) {
      return ToolFailure.notFound("Ray has no such log.", "");
    }
    if (body.contains("in-progress requests")) {
      return busy(500, said);
    }
    if (isHtml(headers)) {
      return odd(500, said);
    }
    return new ToolFailure(UPSTREAM, "Ray failed at " + path() + ": " + said, "");
  }

  // A gateway gives up waiting while the server behind it goes on.
  private ToolFailure gateway(int status, String said) {
    FailureKind kind = ask.writes() ? OUTCOME_UNKNOWN : FailureKind.UNAVAILABLE;
    return new ToolFailure(
            kind,
            "The proxy before the Ray dashboard at " + address() + " says " + status + ": " + said,
            ask.writes() ? "It may have been carried out. Look before asking again." : IS_IT_RAY)
        .retryable();
  }

  private ToolFailure redirected(int status, HttpHeaders headers) {
    Optional<String> location = headers.firstValue("Location").map(RayFailures::quoted);
    return new ToolFailure(
        UPSTREAM,
        address()
            + " redirects ("
            + status
            + ")"
            + location.map(to -> " to " + to).orElse("")
            + ".",
        "Redirects are not followed, because the token must not leave its origin. Set"
            + " providers.ray.dashboard to the address that answers by itself.");
  }

  private ToolFailure odd(int status, String said) {
    return new ToolFailure(
        UPSTREAM,
        "What answers at " + address() + " said " + status + ": " + quoted(said),
        IS_IT_RAY);
  }

  private boolean hasToken() {
    return endpoint.token().isPresent();
  }

  private String address() {
    return endpoint.address().toString();
  }

  private String path() {
    int query = ask.route().indexOf('?');
    return query < 0 ? ask.route() : ask.route().substring(0, query);
  }

  // Bodies of errors are Python tracebacks, one inside the other: the last error is the cause.
  private static String said(String body) {
    Matcher line = ERROR_LINE.matcher(body);
    String last = "";
    while (line.find()) {
      last = line.group();
    }
    String text = last.isEmpty() ? body.strip() : last;
    return Wording.oneLine(text, Bounds.QUOTED_CHARS);
  }

  private static String quoted(String text) {
    return "\"" + Wording.oneLine(text, Bounds.QUOTED_CHARS) + "\"";
  }

  private static boolean isHtml(HttpHeaders headers) {
    return headers
        .firstValue("Content-Type")
        .map(type -> type.toLowerCase(Locale.ROOT).startsWith("text/html"))
        .orElse(false);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;

/** Every bound of this module. What goes over one is cut and said to be cut, or refused. */
final class Bounds {
  /** A JSON answer of the dashboard, but for the list of jobs. */
  static final int JSON_BYTES = 8 << 20;

  /**
   * The list of jobs, which Ray cannot page and which carries the last log lines of each failure.
   */
  static final int JOB_LIST_BYTES = 32 << 20;

  /** What is read of an error's body. */
  static final int ERROR_BODY_BYTES = 64 << 10;

  /** What of a body or a line is quoted in a message. */
  static final int QUOTED_CHARS = 300;

  /** What is kept of one log line; the rest is counted. */
  static final int LINE_BYTES = 4 << 10;

  /** What one answer carries of a log, as UTF-8. */
  static final int LOG_TEXT_BYTES = 128 << 10;

  /** How many lines from the end are searched when lines are filtered or errors looked for. */
  static final int SEARCHED_LINES = 100_000;

  /** How many lines from the end are searched for errors when a job is inspected. */
  static final int INSPECTED_LINES = 2000;

  /**
   * How often a tail is asked for again, shorter, because the one before was over the bytes
   * allowed.
   */
  static final int TAIL_ATTEMPTS = 3;

  /** Errors quoted from one log. */
  static final int QUOTED_ERRORS = 5;

  /** Frames quoted with an error. */
  static final int QUOTED_FRAMES = 2;

  /** What a list shows of an entrypoint. */
  static final int LISTED_ENTRYPOINT_CHARS = 120;

  /** What is shown of a job's whole entrypoint. */
  static final int ENTRYPOINT_CHARS = 2000;

  /** What is shown of a job's metadata, and of its runtime environment, as JSON. */
  static final int JOB_SETTINGS_BYTES = 8 << 10;

  /** Kinds of resources and of pending demand that are listed. */
  static final int LISTED_RESOURCES = 20;

  /** What Ray keeps of a job's message is 20,000 characters; so much of it is read. */
  static final int MESSAGE_CHARS = 24_000;

  /** A token, and the file that holds one. */
  static final int TOKEN_BYTES = 16 << 10;

  /** One request as a whole, body included, when the settings do not say. */
  static final Duration REQUEST = Duration.ofSeconds(10);

  /** Making a connection. */
  static final Duration CONNECT = Duration.ofSeconds(5);

  /** The least time for submitting: Ray itself waits 10 s for an agent that can start the job. */
  static final Duration SUBMIT = Duration.ofSeconds(30);

  /** How long a job is looked for whose submission got no answer. */
  static final Duration LOOK_UP = Duration.ofSeconds(3);

  /** The least time for reading a log. */
  static final Duration READ_LOG = Duration.ofSeconds(60);

  /** How long what the dashboard said of itself is believed. */
  static final Duration VERSION_BELIEVED = Duration.ofSeconds(10);

  /** The question whether the dashboard answers, by who asks again in a moment. */
  static final Duration READY = Duration.ofSeconds(2);

  /** Between two looks at a job that is waited for. */
  static final Duration POLL = Duration.ofMillis(250);

  /** A command of this machine that is asked for its version. */
  static final Duration LOCAL_COMMAND = Duration.ofSeconds(20);

  /** Ray's own time for a job to start, unless the head was given another. */
  static final Duration JOB_START = Duration.ofMinutes(15);

  private Bounds() {}
}

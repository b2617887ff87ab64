// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * What a client does for servers that ask it: shows forms, has a model write, tells roots. The
 * client features of MCP.
 *
 * <p><b>Threads.</b> Called by many threads at once; an answer may take as long as the user takes.
 */
public interface ClientFeatures {
  /** Does nothing for anybody. */
  ClientFeatures NONE = new ClientFeatures() {};

  /** What it can be asked for. Asked before each call; in the older era only while connecting. */
  default ClientCapabilities capabilities() {
    return ClientCapabilities.NONE;
  }

  /**
   * Answers a request of a kind that was declared.
   *
   * @throws ToolFailure instead of an answer, to end the call with that
   */
  default InputResponse answer(InputRequest request) {
    throw new ToolFailure(
        FailureKind.UNSUPPORTED, "This client cannot answer what the server asks.", "");
  }

  /**
   * Hears what a server wants logged. Data from elsewhere: not to be trusted; return soon.
   *
   * @param logger who says it; may be empty
   * @param data a JSON value
   */
  default void log(LogLevel level, String logger, Object data) {}
}

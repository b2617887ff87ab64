// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * What a client can be asked for by a server.
 *
 * @param elicitForm showing its user a form
 * @param elicitUrl sending its user to a URL
 * @param sampling having its model write a message
 * @param samplingTools letting that model use tools
 * @param samplingContext including the context of its servers
 * @param roots telling the places its user works in
 */
public record ClientCapabilities(
    boolean elicitForm,
    boolean elicitUrl,
    boolean sampling,
    boolean samplingTools,
    boolean samplingContext,
    boolean roots) {
  /** It can be asked for nothing. */
  public static final ClientCapabilities NONE =
      new ClientCapabilities(false, false, false, false, false, false);

  /** Whether it can answer that request. */
  public boolean canAnswer(InputRequest request) {
    if (request instanceof InputRequest.Form) {
      return elicitForm;
    } else if (request instanceof InputRequest.Url) {
      return elicitUrl;
    } else if (request instanceof InputRequest.Sampling) {
      return sampling;
    }
    return roots;
  }
}

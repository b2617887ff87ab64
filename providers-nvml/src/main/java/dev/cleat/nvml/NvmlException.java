// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/** An NVML call that did not succeed: which call, and the code it returned. */
final class NvmlException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String call;

  NvmlException(String call, NvmlCode code) {
    super(call + " returned " + code.text());
    this.call = call;
    this.code = code.number();
  }

  NvmlCode code() {
    return new NvmlCode(code);
  }

  String call() {
    return call;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.launcher.real.Seen.Era;

/** The official MCP clients, in each era that they speak. */
enum ForeignClient {
  PYTHON_OLDER(Era.OLDER, "client.py"),
  PYTHON_NEWER(Era.NEWER, "client.py"),
  TYPESCRIPT_1(Era.OLDER, "client1.mjs"),
  TYPESCRIPT_2_OLDER(Era.OLDER, "client2.mjs"),
  TYPESCRIPT_2_NEWER(Era.NEWER, "client2.mjs"),
  GO_OLDER(Era.OLDER, "peer", "client"),
  GO_NEWER(Era.NEWER, "peer", "client");

  private final Era era;
  private final String program;
  private final String[] arguments;

  ForeignClient(Era era, String program, String... arguments) {
    this.era = era;
    this.program = program;
    this.arguments = arguments;
  }

  /** Its file among what {@code prepare.sh} makes. */
  String program() {
    return program;
  }

  String[] arguments() {
    return arguments.clone();
  }

  Era era() {
    return era;
  }
}

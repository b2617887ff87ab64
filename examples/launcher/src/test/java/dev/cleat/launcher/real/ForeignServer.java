// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.launcher.real.Seen.Era;

/**
 * Servers on the official packages, over Streamable HTTP; all offer what {@code server.py} does.
 */
enum ForeignServer {
  PYTHON("server.py", "python-peer", Era.NEWER),
  TYPESCRIPT("server2.mjs", "typescript-peer", Era.NEWER),
  GO_OLDER("peer", "go-peer", Era.OLDER),
  GO_NEWER("peer", "go-peer", Era.NEWER);

  private final String program;
  private final String serverName;
  private final Era era;

  ForeignServer(String program, String serverName, Era era) {
    this.program = program;
    this.serverName = serverName;
    this.era = era;
  }

  /** Its file among what {@code prepare.sh} makes. */
  String program() {
    return program;
  }

  String[] arguments(int port) {
    String where = Integer.toString(port);
    return switch (this) {
      case PYTHON, TYPESCRIPT -> new String[] {where};
      case GO_OLDER -> new String[] {"server", where};
      case GO_NEWER -> new String[] {"server", where, "newer"};
    };
  }

  /** What it calls itself. */
  String serverName() {
    return serverName;
  }

  /** The newest that it speaks. */
  Era era() {
    return era;
  }
}

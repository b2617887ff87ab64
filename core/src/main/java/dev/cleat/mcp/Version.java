// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

/** The version of this library, as it says it to peers. */
public final class Version {
  /** From the jar's manifest; {@code development} outside of a jar. */
  public static final String CURRENT = read();

  private Version() {}

  private static String read() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.spi.Connection;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/** Connections over streams that this process has already. */
public final class Stdio {
  private Stdio() {}

  /** This process's standard streams, with the default limits. */
  public static Connection standard() {
    return standard(Limits.defaults());
  }

  /**
   * This process's standard streams. From then on they belong to the connection: what anything else
   * prints to {@code System.out} goes to the error output, and {@code System.in} is empty, so that
   * nothing stray reaches the wire. To be called once in the life of a process.
   */
  public static Connection standard(Limits limits) {
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    System.setOut(System.err);
    System.setIn(InputStream.nullInputStream());
    return of(in, out, limits);
  }

  /**
   * Any pair of streams. Closing the connection closes neither; the end of the input ends it.
   *
   * @param in where the peer's messages come from; its {@code read} may block
   * @param out where messages go to; unbuffered is best
   */
  public static Connection of(InputStream in, OutputStream out, Limits limits) {
    return new LineConnection(
        "stdio",
        in,
        Outbox.writtenBySenders(out, limits),
        limits,
        () -> "the client closed its side");
  }
}

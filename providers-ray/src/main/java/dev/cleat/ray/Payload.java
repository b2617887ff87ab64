// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * What is sent with a request.
 *
 * @param type its media type
 * @param publisher opens it
 * @param sent hears how many bytes have been handed over so far, in a thread of the connection
 */
record Payload(String type, Supplier<BodyPublisher> publisher, LongConsumer sent) {
  static Payload json(byte[] bytes) {
    return new Payload("application/json", () -> BodyPublishers.ofByteArray(bytes), sent -> {});
  }

  /** A file, read as it is sent; it must not change meanwhile. */
  static Payload file(Path file, LongConsumer sent) {
    return new Payload("application/zip", () -> open(file), sent);
  }

  private static BodyPublisher open(Path file) {
    try {
      return BodyPublishers.ofFile(file);
    } catch (FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A text file, named as seen from the root of the checkout, with slashes. */
record TextFile(String name, List<String> lines) {

  /** Empty for what is not text: bytes that are no UTF-8, or a NUL. */
  static Optional<TextFile> read(Path root, Path path) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      String name = root.relativize(path).toString().replace('\\', '/');
      return text.indexOf('\0') >= 0
          ? Optional.empty()
          : Optional.of(new TextFile(name, text.lines().toList()));
    } catch (CharacterCodingException | NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  boolean isTest() {
    return name.contains("/src/test/");
  }

  /** Whether the bytes are data of a test: recorded, and not for us to tidy. */
  boolean isRecorded() {
    return name.contains("/src/test/resources/");
  }

  /** What the pattern finds, each as {@code name:line: text}. */
  List<String> find(Pattern pattern) {
    return IntStream.range(0, lines.size())
        .filter(i -> pattern.matcher(lines.get(i)).find())
        .mapToObj(i -> name + ":" + (i + 1) + ": " + lines.get(i).strip())
        .toList();
  }
}

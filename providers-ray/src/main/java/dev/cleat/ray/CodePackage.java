// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import dev.cleat.ray.CodeFiles.CodeFile;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A working directory as Ray takes it: a zip in a temporary file, named by a digest of what is in
 * it. The same names, contents and executable bits give the same bytes, at any time and place.
 *
 * <p><b>Life cycle.</b> {@link #close} deletes the file.
 *
 * @param file where it is
 * @param name what Ray is to call it
 * @param bytes how long it is
 */
record CodePackage(Path file, String name, long bytes) implements AutoCloseable {
  /** What Ray takes at most: GCS_STORAGE_MAX_SIZE of its packaging. */
  static final long MOST_BYTES = 104_857_600;

  // The first time that the format has.
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int NAME_BYTES = 8;

  /** Hears how many files are packed. */
  interface Progress {
    void packed(int files) throws InterruptedException;
  }

  /**
   * Packs them.
   *
   * @throws ToolFailure as soon as the zip is larger than Ray takes
   */
  static CodePackage of(CodeFiles files, Progress progress)
      throws IOException, InterruptedException {
    Path zip = Files.createTempFile("cleat-code-", ".zip");
    try {
      String name = write(files, zip, progress);
      ZipModes.set(zip, i -> files.files().get(i).executable() ? 0755 : 0644);
      return new CodePackage(zip, name, Files.size(zip));
    } catch (TooLarge e) {
      Files.deleteIfExists(zip);
      throw files.tooLarge(
          Wording.count(files.files().size(), "file")
              + " with "
              + Wording.bytes(files.bytes())
              + " are more than that when packed");
    } catch (IOException | InterruptedException | RuntimeException e) {
      Files.deleteIfExists(zip);
      throw e;
    }
  }

  /** How a runtime environment names it. */
  String uri() {
    return "gcs://" + name;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }

  private static String write(CodeFiles files, Path target, Progress progress)
      throws IOException, InterruptedException {
    MessageDigest digest = sha256();
    try (OutputStream out = Files.newOutputStream(target);
        ZipOutputStream zip = new ZipOutputStream(new Bounded(out), StandardCharsets.UTF_8)) {
      int packed = 0;
      for (CodeFile file : files.files()) {
        ZipEntry entry = new ZipEntry(file.name());
        entry.setTimeLocal(TIME);
        zip.putNextEntry(entry);
        long bytes = copy(file.path(), zip, digest);
        zip.closeEntry();
        // Behind the content, which so cannot be taken for a part of it.
        String end = "\0" + bytes + "\0" + file.executable() + "\0" + file.name() + "\0";
        digest.update(end.getBytes(StandardCharsets.UTF_8));
        progress.packed(++packed);
      }
    }
    return "_ray_pkg_" + HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES) + ".zip";
  }

  private static long copy(Path file, OutputStream out, MessageDigest digest)
      throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK_BYTES];
    long bytes = 0;
    // A real path: if it is a link now, somebody has just put one there.
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      int read = in.read(chunk);
      while (read >= 0) {
        if (Thread.interrupted()) {
          throw new InterruptedException("packing");
        }
        out.write(chunk, 0, read);
        digest.update(chunk, 0, read);
        bytes += read;
        read = in.read(chunk);
      }
    }
    return bytes;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** The zip got larger than Ray takes. */
  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** Stops at the bound. */
  private static final class Bounded extends FilterOutputStream {
    private long left = MOST_BYTES;

    Bounded(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      take(1);
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      take(length);
      out.write(bytes, from, length);
    }

    private void take(int bytes) throws TooLarge {
      left -= bytes;
      if (left < 0) {
        throw new TooLarge();
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;

import dev.cleat.RequestContext;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.util.List;

/** Packs a directory of this machine and sends it to a cluster that does not have it yet. */
final class CodeUpload {
  /** How far packing and sending bring the progress of a call. */
  static final double WHOLE = 1.0;

  private static final int TOLD_FILES = 200;
  private static final long TOLD_BYTES = 4 << 20;

  private final RayCluster cluster;
  private final WorkingDirs allowed;
  private final RequestContext call;

  CodeUpload(RayCluster cluster, WorkingDirs allowed, RequestContext call) {
    this.cluster = cluster;
    this.allowed = allowed;
    this.call = call;
  }

  /** The URI of the directory's content on the cluster. */
  String send(String directory, List<String> excludes) throws InterruptedException {
    try {
      CodeFiles files = CodeFiles.in(allowed.resolve(directory), Globs.with(excludes), allowed);
      try (CodePackage zip = CodePackage.of(files, packed -> packed(packed, files))) {
        // Asking also makes the cluster keep it for some minutes.
        if (!cluster.jobs().hasPackage(zip.name())) {
          send(zip);
        }
        call.progress(WHOLE, WHOLE, "the cluster has " + Wording.bytes(zip.bytes()) + " of code");
        return zip.uri();
      }
    } catch (IOException e) {
      throw ToolFailure.invalidArgument(
              "working_dir cannot be packed: " + Wording.oneLine(String.valueOf(e), 200) + ".",
              "Check that its files can be read, and that the temporary directory has room.")
          .causedBy(e);
    }
  }

  // Sending the same twice does no harm, so a lost answer is made up for by looking.
  private void send(CodePackage zip) throws InterruptedException {
    try {
      cluster.jobs().putPackage(zip.name(), Payload.file(zip.file(), sent -> sent(sent, zip)));
    } catch (ToolFailure failure) {
      if (failure.kind() != OUTCOME_UNKNOWN) {
        throw failure;
      }
      if (!cluster.jobs().hasPackage(zip.name())) {
        throw ToolFailure.unavailable(
                "The code did not reach the cluster whole: " + failure.getMessage(),
                "Nothing was submitted: submit again.")
            .causedBy(failure);
      }
    }
  }

  private void packed(int files, CodeFiles of) throws InterruptedException {
    if (call.cancelled()) {
      throw new InterruptedException("cancelled");
    }
    int all = of.files().size();
    if (files % TOLD_FILES == 0 || files == all) {
      call.progress(
          WHOLE / 2 * files / all, WHOLE, "packed " + files + " of " + all + " files of the code");
    }
  }

  private void sent(long bytes, CodePackage zip) {
    if (bytes == zip.bytes() || bytes % TOLD_BYTES < CHUNK) {
      call.progress(
          WHOLE / 2 + WHOLE / 2.001 * bytes / zip.bytes(),
          WHOLE,
          "sent " + Wording.bytes(bytes) + " of " + Wording.bytes(zip.bytes()));
    }
  }

  // What the connection takes of a file at a time.
  private static final int CHUNK = 16 << 10;
}

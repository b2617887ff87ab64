// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response part by part, without ever blocking: what the container cannot take now is
 * written when it says that it can.
 */
final class ServletWriter implements WriteListener {
  private final AsyncContext async;
  private final ServletOutputStream out;

  // All guarded by the monitor of this; the calls of the stream under it do not block.
  private boolean listening;
  private boolean ready;
  private byte @Nullable [] pending;
  private boolean last;
  private boolean written;
  private boolean flushed;
  private ServerExchange.@Nullable Completion completion;
  private @Nullable Throwable failure;

  ServletWriter(AsyncContext async, ServletOutputStream out) {
    this.async = async;
    this.out = out;
  }

  void write(byte[] bytes, boolean isLast, ServerExchange.Completion whenDone) {
    boolean listenNow;
    synchronized (this) {
      pending = bytes;
      last = isLast;
      completion = whenDone;
      written = false;
      flushed = isLast; // The end of the response is flushed with it.
      listenNow = !listening;
      listening = true;
    }
    if (listenNow) {
      try {
        out.setWriteListener(this);
      } catch (IllegalStateException over) {
        onError(over);
      }
    } else {
      writeOn();
    }
  }

  @Override
  public void onWritePossible() {
    synchronized (this) {
      ready = true;
    }
    writeOn();
  }

  @Override
  public void onError(Throwable cause) {
    synchronized (this) {
      failure = cause;
      ready = true;
    }
    writeOn();
  }

  /** Goes as far as the container lets it. */
  private void writeOn() {
    ServerExchange.Completion done;
    Throwable how;
    boolean over;
    synchronized (this) {
      byte[] bytes = pending;
      if (bytes == null || !ready || (failure == null && !advance(bytes))) {
        return;
      }
      done = completion;
      how = failure;
      over = last || how != null;
      pending = null;
      completion = null;
    }
    if (over) {
      complete();
    }
    if (done != null) {
      done.completed(how);
    }
  }

  /** Whether all of it has been taken, or writing has failed. */
  private boolean advance(byte[] bytes) {
    try {
      if (!written && isReady()) {
        out.write(bytes);
        written = true;
      }
      if (written && !flushed && isReady()) {
        out.flush();
        flushed = true;
      }
      return written && flushed && isReady();
    } catch (IOException | IllegalStateException e) {
      failure = e;
      return true;
    }
  }

  private boolean isReady() {
    ready = out.isReady();
    return ready;
  }

  private void complete() {
    try {
      async.complete();
    } catch (IllegalStateException already) {
      // The container has ended it after an error.
    }
  }
}

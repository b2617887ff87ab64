// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.CallListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps what a running call reports. */
final class Progress implements CallListener {
  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final CountDownLatch first = new CountDownLatch(1);

  @Override
  public boolean wantsProgress() {
    return true;
  }

  @Override
  public void progress(double done, double total, String message) {
    reports.add(String.format("%.0f of %.0f", done, total));
    first.countDown();
  }

  /** All reports so far, in their order. */
  List<String> reports() {
    return List.copyOf(reports);
  }

  /** Returns when the call certainly runs. */
  void awaitFirst() throws InterruptedException {
    if (!first.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("The call reports no progress");
    }
  }
}

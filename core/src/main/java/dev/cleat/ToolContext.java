// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Instant;
import java.util.Optional;

/**
 * What a running handler can ask of the one who called it. It means the same in both eras of the
 * protocol, and for calls inside the process.
 *
 * <p><b>Threads.</b> Any thread may use it while the call runs; afterwards it does nothing.
 */
public interface ToolContext {
  /** True once nobody waits for the answer any more. The handler's thread is interrupted too. */
  boolean cancelled();

  /** When the caller stops waiting, if it said so. */
  default Optional<Instant> deadline() {
    return Optional.empty();
  }

  /**
   * Tells how far the work is. Nothing happens when the caller did not ask for progress.
   *
   * @param done rises from call to call
   * @param total what {@code done} works towards; 0 or less when unknown
   * @param message what is being done
   */
  void progress(double done, double total, String message);

  /**
   * Asks the user, and returns only when the answer was yes. Ask before the first side effect: for
   * a caller of the stateless era the handler runs from its start again once the answer is there.
   *
   * @param question names the object and what it costs
   * @throws ToolFailure {@link FailureKind#DECLINED} when the user said no, or cannot be asked
   */
  void confirm(String question);
}

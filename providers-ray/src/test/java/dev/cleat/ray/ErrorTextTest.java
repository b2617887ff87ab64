// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
  @Test
  void ofATaskThatWaitedForAnotherTheOthersErrorIsTold() {
    assertThat(
            ErrorText.line(
                """
                User exception:
                e "/app/errs.py", line 6, in outer
                    def outer(): return ray.get(inner.remote())
                                        ^^^^^^^^^^^^^^^^^^^^^^^
                ray.exceptions.RayTaskError(ValueError): \u001b[36mray::inner()\u001b[39m (pid=1)
                  File "/app/errs.py", line 4, in inner
                    def inner(): raise ValueError("bad inner")
                ValueError: bad inner
                """))
        .isEqualTo("ValueError: bad inner");
  }

  @Test
  void ofAnActorThatWasNotCreatedTheErrorOfItsConstructorIsTold() {
    assertThat(
            ErrorText.line(
                """
                CreationTaskError: User exception:
                ray::A.__init__() (pid=1, ip=192.0.2.2)
                RuntimeError: no start

                System error:
                CreationTaskError: Exception raised from an actor init method. Traceback: The actor died
                  File "/app/errs.py", line 9, in __init__
                RuntimeError: no start
                """))
        .isEqualTo("RuntimeError: no start");
  }

  @Test
  void adviceIsLeftOut() {
    assertThat(
            ErrorText.line(
                "The actor is dead because its worker process has died. Worker exit type:"
                    + " SYSTEM_ERROR Worker exit detail: End of file. Some common causes include:"
                    + " (1) the process was killed by the OOM killer due to high memory usage"))
        .endsWith("SYSTEM_ERROR Worker exit detail: End of file.");
  }

  @Test
  void ofAProcessKilledForMemoryItIsToldWhoUsedHowMuch() {
    assertThat(
            ErrorText.line(
                """
                2 worker(s) were killed due to the node running low on memory. Memory on the node \
                (IP: 192.0.2.2, ID: 7cc2) was 2.70GB used / 23.54GB limit (0.114611)
                Considered workers: [
                Selected to kill: (Task: job ID=02000000, lease ID=00, task name=eat, required \
                resources={CPU: 1}, pid=1, actual memory used=0.51GB, worker ID=908f)
                ]
                Top 10 memory users: PID MEM(GB) COMMAND
                1 0.51 java --password=secret
                """))
        .isEqualTo(
            "killed because its node was running low on memory: 2.70GB used / 23.54GB limit; eat"
                + " used 0.51GB");
  }

  @Test
  void ofAnInstallationItsFirstErrorIsTold() {
    assertThat(
            ErrorText.line(
                """
                runtime_env setup failed: Failed to set up runtime environment.
                Traceback (most recent call last):
                  File "pip.py", line 394, in create
                ray._private.runtime_env.utils.SubprocessCalledProcessError: Run cmd[9] failed.
                Last 50 lines of stdout:
                    Looking in links: /wheels
                    ERROR: Could not find a version that satisfies the requirement no-such
                    ERROR: No matching distribution found for no-such
                """))
        .isEqualTo("ERROR: Could not find a version that satisfies the requirement no-such");
  }

  @Property
  void whateverTheTextItIsOneShortPrintableLine(@ForAll String text) {
    String line = ErrorText.line(text + "\n\u001b[31mSomeError: " + text);

    assertThat(line.length()).isLessThanOrEqualTo(Bounds.QUOTED_CHARS + 1);
    assertThat(line.codePoints().filter(c -> c != '\t' && Character.isISOControl(c))).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CauseTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ValueError: bad input, the connection timed out | USER_ERROR",
        "ZeroDivisionError: division by zero | USER_ERROR",
        "KeyError: 'No module named x' | USER_ERROR",
        "my.pkg.TrainingFailed: loss is NaN | USER_ERROR",
        "SystemExit: 3 | USER_ERROR",
        "AssertionError | USER_ERROR",
        "ray.exceptions.RayTaskError(ValueError): ray::f() (pid=7, ip=192.0.2.2) | USER_ERROR",
        "TypeError: cannot pickle '_thread.lock' object | SERIALIZATION",
        "ModuleNotFoundError: No module named 'torch' | MISSING_MODULE",
        "ImportError: cannot import name 'x' from 'y' | MISSING_MODULE",
        "/bin/sh: 1: frobnicate: not found | MISSING_COMMAND",
        "bash: line 1: frobnicate: command not found | MISSING_COMMAND",
        "FileNotFoundError: [Errno 2] No such file or directory: 'a.csv' | MISSING_FILE",
        "python: can't open file '/x/train.py': [Errno 2] No such file or directory | MISSING_FILE",
        "PermissionError: [Errno 13] Permission denied: '/data' | PERMISSION",
        "MemoryError | OUT_OF_MEMORY",
        "ray.exceptions.OutOfMemoryError: Task was killed due to the node running low on memory. | OUT_OF_MEMORY",
        "OUT_OF_MEMORY | OUT_OF_MEMORY",
        "ray.exceptions.ObjectStoreFullError: Failed to put object | OBJECT_STORE_FULL",
        "OSError: [Errno 28] No space left on device | OBJECT_STORE_FULL",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB | GPU_OUT_OF_MEMORY",
        "torch.OutOfMemoryError: CUDA out of memory. | GPU_OUT_OF_MEMORY",
        "RuntimeError: CUDA error: device-side assert triggered | CUDA",
        "RuntimeError: Found no NVIDIA driver on your system. | CUDA",
        "ray.exceptions.ActorDiedError: The actor died unexpectedly before finishing this task. | ACTOR_DIED",
        "ACTOR_DIED | ACTOR_DIED",
        "JOB_SUPERVISOR_ACTOR_DIED | ACTOR_DIED",
        "JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE | UNSCHEDULABLE",
        "ray.exceptions.ActorUnschedulableError: The actor is not schedulable | UNSCHEDULABLE",
        "ray.exceptions.WorkerCrashedError: The worker died unexpectedly while executing this task. | WORKER_CRASHED",
        "WORKER_DIED | WORKER_CRASHED",
        "Segmentation fault (core dumped) | WORKER_CRASHED",
        "Killed | KILLED",
        "ray.exceptions.ObjectLostError: Failed to retrieve object | OBJECT_LOST",
        "ray.exceptions.OwnerDiedError: Failed to retrieve object | OBJECT_LOST",
        "ray.exceptions.NodeDiedError: The node has died | NODE_DIED",
        "ray.exceptions.RuntimeEnvSetupError: Failed to set up runtime environment. | RUNTIME_ENV",
        "RUNTIME_ENV_SETUP_FAILURE | RUNTIME_ENV",
        "ray.exceptions.GetTimeoutError: Get timed out: some object(s) not ready. | TIMEOUT",
        "TimeoutError: waited 30 s | TIMEOUT",
        "JOB_SUPERVISOR_ACTOR_START_TIMEOUT | TIMEOUT",
        "ConnectionRefusedError: [Errno 111] Connection refused | NETWORK",
        "requests.exceptions.ConnectionError: HTTPSConnectionPool | NETWORK",
        "ray.exceptions.TaskCancelledError: Task: 1 was cancelled | CANCELLED",
        "it went wrong | OTHER",
        "`` | OTHER"
      })
  void theKindIsInTheWords(String line, Cause.Kind kind) {
    assertThat(Cause.of(line).kind()).isEqualTo(kind);
  }

  @Test
  void everyKindThatSaysSomethingSaysWhatToDo() {
    assertThat(Stream.of(Cause.Kind.values()).filter(kind -> kind != Cause.Kind.OTHER))
        .allSatisfy(kind -> assertThat(kind.hint()).endsWith("."));
  }

  @Test
  void whatATaskRaisedIsTheCauseAndNotThatItsCallerFailed() {
    String log =
        """
        Traceback (most recent call last):
          File "/x/main.py", line 9, in <module>
            ray.get(outer.remote())
        ray.exceptions.RayTaskError(ValueError): ray::outer() (pid=11, ip=192.0.2.2)
          File "/x/main.py", line 5, in outer
            return ray.get(inner.remote())
        ray.exceptions.RayTaskError(ValueError): ray::inner() (pid=12, ip=192.0.2.2)
          File "/x/main.py", line 3, in inner
            raise ValueError("no rows")
        ValueError: no rows
        """;

    ErrorFinder.Found found = ErrorFinder.in(log).found().get(0);

    assertThat(ErrorFinder.in(log).found()).hasSize(1);
    assertThat(found.error()).isEqualTo("ValueError: no rows");
    assertThat(found.at()).singleElement().asString().contains("line 3, in inner");
    assertThat(found.kind()).isEqualTo(Cause.Kind.USER_ERROR);
  }

  @Test
  void theCauseIsFoundInTheEndOfATraceback() {
    String log =
        """
            return ray.get(inner.remote())
                   ^^^^^^^^^^^^^^^^^^^^^^^
        ray.exceptions.RayTaskError(KeyError): \u001b[36mray::inner()\u001b[39m (pid=9, ip=192.0.2.2)
          File "/x/main.py", line 5, in inner
            raise KeyError("no such column")
        KeyError: 'no such column'
        """;

    assertThat(ErrorFinder.in(log).found())
        .extracting(ErrorFinder.Found::error)
        .containsExactly("KeyError: 'no such column'");
  }

  @Test
  void aTaskErrorWhoseCauseIsNotToldIsTheCauseItself() {
    String log =
        """
        Traceback (most recent call last):
          File "/x/main.py", line 9, in <module>
        ray.exceptions.RayTaskError(MemoryError): ray::f() (pid=11, ip=192.0.2.2)
        """;

    ErrorFinder.Found found = ErrorFinder.in(log).firstCause().orElseThrow();

    assertThat(found.error()).startsWith("ray.exceptions.RayTaskError(MemoryError)");
    assertThat(found.kind()).isEqualTo(Cause.Kind.OUT_OF_MEMORY);
  }

  @Property(tries = 500)
  void anyTextHasAKindAndIsBounded(@ForAll String line) {
    assertThat(Cause.of(line).error()).hasSizeLessThanOrEqualTo(Bounds.QUOTED_CHARS + 1);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks still run. What they measure here, once and cold, means nothing. */
class BenchmarksTest {
  private static final Set<String> ALL =
      Stream.of(
              CallBenchmark.class,
              LeaseBenchmark.class,
              NamespacesBenchmark.class,
              ReplacementBenchmark.class)
          .map(Class::getSimpleName)
          .collect(Collectors.toCollection(TreeSet::new));

  @BeforeAll
  static void letTwoBuildsRunAtOnce() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void everyBenchmarkRuns() throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("dev\\.cleat\\.benchmarks\\..*")
                    .param("namespaces", "10")
                    .forks(0)
                    .mode(Mode.SingleShotTime)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(1))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();

    assertThat(results)
        .extracting(result -> benchmarkOf(result))
        .containsAll(ALL)
        .allMatch(ALL::contains);
  }

  @Test
  void theMemoryOfNamespacesIsMeasured() {
    NamespacesMemory.main(new String[] {"5"});
  }

  private static String benchmarkOf(RunResult result) {
    String[] name = result.getParams().getBenchmark().split("\\.");
    return name[name.length - 2];
  }
}

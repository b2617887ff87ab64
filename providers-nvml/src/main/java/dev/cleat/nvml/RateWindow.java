// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The time over which a counter is made a rate: from an earlier sample of the same GPU when there
 * is one that is old enough, else from the loading of the driver, when volatile counters began at
 * 0.
 */
record RateWindow(Optional<GpuSample> from, Duration length, String name) {

  record Rate(double perHour, String text) {}

  static RateWindow of(
      NodeSample now, Optional<NodeSample> earlier, GpuSample gpu, Duration least) {
    Optional<GpuSample> before =
        earlier
            .filter(sample -> since(sample.takenAt(), now).compareTo(least) >= 0)
            .flatMap(sample -> sample.gpu(gpu.index()))
            .filter(sample -> sample.get(GpuQuery.UUID).equals(gpu.get(GpuQuery.UUID)));
    if (before.isPresent() && earlier.isPresent()) {
      Duration length = since(earlier.get().takenAt(), now);
      return new RateWindow(before, length, "in the last " + length.toMinutes() + " min");
    }
    Duration loaded = now.driverLoadedAt().map(time -> since(time, now)).orElse(Duration.ZERO);
    return loaded.compareTo(least) >= 0
        ? new RateWindow(
            Optional.empty(), loaded, "since the driver was loaded " + loaded.toHours() + " h ago")
        : new RateWindow(Optional.empty(), Duration.ZERO, "");
  }

  private static Duration since(Instant time, NodeSample now) {
    return Duration.between(time, now.takenAt());
  }

  /**
   * How much a counter rose in this window; empty when that cannot be told, as after a counter was
   * reset.
   */
  <T> Optional<Long> rise(GpuSample now, GpuQuery<T> query, ToLongFunction<T> counter) {
    if (length.isZero() || now.get(query).isEmpty()) {
      return Optional.empty();
    }
    Optional<Long> start =
        from.isEmpty() ? Optional.of(0L) : from.get().get(query).map(counter::applyAsLong);
    long end = counter.applyAsLong(now.get(query).get());
    return start.map(value -> end - value).filter(rise -> rise >= 0);
  }

  <T> Optional<Rate> perHour(GpuSample now, GpuQuery<T> query, ToLongFunction<T> counter) {
    return rise(now, query, counter)
        .map(
            rise -> {
              double rate = rise * 3_600_000.0 / length.toMillis();
              return new Rate(
                  rate, String.format(Locale.ROOT, "%.0f per hour (%d %s)", rate, rise, name));
            });
  }

  /** The share of this window, 0 to 1, that a counter of nanoseconds fills. */
  <T> Optional<Double> share(GpuSample now, GpuQuery<T> query, ToLongFunction<T> nanos) {
    return rise(now, query, nanos).map(rise -> Math.min(1.0, rise / 1e6 / length.toMillis()));
  }
}

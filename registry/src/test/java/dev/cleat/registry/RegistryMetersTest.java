// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolResult;
import dev.cleat.registry.Metering.Gauges;
import dev.cleat.registry.Metering.Outcome;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What can be seen of a registry from outside, and that it goes away with what it is about. */
class RegistryMetersTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final Namespace TIME = Namespace.of("time");
  private static final Gauges SOME = new Gauges(7, 6, 5, 4, 2, 1);

  private final MeterRegistry seen = new SimpleMeterRegistry();
  private final Metering metering = new RegistryMeters(seen);

  private List<String> ids(Namespace namespace) {
    List<String> ids = new ArrayList<>();
    for (Meter meter : seen.getMeters()) {
      if (namespace.value().equals(meter.getId().getTag("namespace"))) {
        ids.add(meter.getId().getName());
      }
    }
    return ids;
  }

  private double gauge(String name) {
    return seen.get("cleat.registry." + name).tag("namespace", "ray").gauge().value();
  }

  @Test
  void callsAreTimedByNamespaceAndOutcome() {
    metering.bind(RAY, () -> SOME);
    metering.bind(TIME, () -> SOME);

    metering.callEnded(RAY, 1_000, Outcome.ANSWERED);
    metering.callEnded(RAY, 3_000, Outcome.ANSWERED);
    metering.callEnded(RAY, 5_000, Outcome.NOT_SENT);
    metering.callEnded(TIME, 7_000, Outcome.ANSWERED);

    var answered = seen.get("cleat.registry.calls").tags("namespace", "ray", "outcome", "answered");
    assertThat(answered.timer().count()).isEqualTo(2);
    assertThat(answered.timer().totalTime(TimeUnit.NANOSECONDS)).isEqualTo(4_000);
    assertThat(answered.timer().takeSnapshot().percentileValues()).isEmpty();
    assertThat(seen.get("cleat.registry.calls").tags("outcome", "not_sent").timer().count())
        .isEqualTo(1);
    assertThat(seen.get("cleat.registry.calls").tags("namespace", "time").timer().count())
        .isEqualTo(1);
    assertThat(metering.timed()).isTrue();
  }

  @Test
  void resendsDrainsAndStaleVerdictsAreCounted() {
    metering.bind(RAY, () -> SOME);

    metering.resent(RAY);
    metering.resent(RAY);
    metering.staleVerdict(RAY);
    metering.drained(RAY, 2_000, false);
    metering.drained(RAY, 4_000, true);

    assertThat(seen.get("cleat.registry.resends").counter().count()).isEqualTo(2);
    assertThat(seen.get("cleat.registry.stale.verdicts").counter().count()).isEqualTo(1);
    assertThat(seen.get("cleat.registry.drains").tag("forced", "false").timer().count())
        .isEqualTo(1);
    assertThat(
            seen.get("cleat.registry.drains")
                .tag("forced", "true")
                .timer()
                .totalTime(TimeUnit.NANOSECONDS))
        .isEqualTo(4_000);
  }

  @Test
  void gaugesShowWhatIsSoNow() {
    AtomicReference<Gauges> now = new AtomicReference<>(SOME);
    metering.bind(RAY, now::get);

    assertThat(gauge("generation")).isEqualTo(7);
    assertThat(gauge("holders")).isEqualTo(6);
    assertThat(gauge("in.flight")).isEqualTo(5);
    assertThat(gauge("queued")).isEqualTo(4);
    assertThat(gauge("breaker")).isEqualTo(2);
    assertThat(gauge("state")).isEqualTo(1);
    now.set(new Gauges(8, 0, 0, 0, 0, 0));
    assertThat(gauge("generation")).isEqualTo(8);
    assertThat(gauge("holders")).isZero();
  }

  @Test
  void whatIsBoundAgainHasItsNewGaugesAndKeepsItsCounts() {
    metering.bind(RAY, () -> SOME);
    metering.resent(RAY);

    metering.bind(RAY, () -> new Gauges(9, 0, 0, 0, 0, 0));
    metering.resent(RAY);

    assertThat(gauge("generation")).isEqualTo(9);
    assertThat(seen.get("cleat.registry.resends").counter().count()).isEqualTo(2);
  }

  @Test
  void theMetersOfARemovedNamespaceGoAwayAndComeBackWithIt() {
    metering.bind(RAY, () -> SOME);
    metering.bind(TIME, () -> SOME);
    metering.callEnded(RAY, 1, Outcome.ANSWERED);

    metering.unbind(RAY);
    metering.unbind(RAY);

    assertThat(ids(RAY)).isEmpty();
    assertThat(ids(TIME)).hasSize(6);
    metering.bind(RAY, () -> new Gauges(10, 0, 0, 0, 0, 0));
    assertThat(gauge("generation")).isEqualTo(10);
  }

  @Test
  void aLateCallDoesNotBringRemovedMetersBack() throws Exception {
    try (Aside aside = new Aside()) {
      for (int i = 0; i < 300; i++) {
        metering.bind(RAY, () -> SOME);
        Future<Void> calls =
            aside.run(
                () -> {
                  for (Outcome outcome : Outcome.values()) {
                    metering.callEnded(RAY, 1, outcome);
                    metering.drained(RAY, 1, outcome == Outcome.ANSWERED);
                    metering.resent(RAY);
                    metering.staleVerdict(RAY);
                  }
                });
        metering.unbind(RAY);
        Aside.get(calls);
        assertThat(ids(RAY)).isEmpty();
      }
    }
  }

  @Test
  void whatNobodyHasBoundIsNotMeasured() {
    metering.callEnded(RAY, 1, Outcome.ANSWERED);
    metering.drained(RAY, 1, false);
    metering.resent(RAY);
    metering.staleVerdict(RAY);

    assertThat(seen.getMeters()).isEmpty();
  }

  @Test
  void closingTakesAllAwayAndNothingIsBoundAfterIt() {
    metering.bind(RAY, () -> SOME);
    metering.bind(TIME, () -> SOME);

    metering.close();
    metering.bind(RAY, () -> SOME);

    assertThat(seen.getMeters()).isEmpty();
  }

  @Test
  void aHostWhoseMetersFailDoesNotFailTheRegistry() {
    seen.config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("no meters today");
              }
            });

    assertThatCode(
            () -> {
              metering.bind(RAY, () -> SOME);
              metering.callEnded(RAY, 1, Outcome.ANSWERED);
              metering.drained(RAY, 1, false);
              metering.resent(RAY);
              metering.unbind(RAY);
            })
        .doesNotThrowAnyException();
    assertThat(seen.getMeters()).isEmpty();
  }

  @Test
  void aHostThatDeniesTheMetersHasNone() {
    seen.config().meterFilter(MeterFilter.denyNameStartsWith("cleat"));

    metering.bind(RAY, () -> SOME);
    metering.callEnded(RAY, 1, Outcome.ANSWERED);
    metering.unbind(RAY);

    assertThat(seen.getMeters()).isEmpty();
  }

  @Test
  void withoutAMeterRegistryNothingIsMeasured() {
    Metering none = Metering.NONE;

    none.bind(RAY, () -> SOME);
    none.callEnded(RAY, 1, Outcome.ANSWERED);
    none.resent(RAY);
    none.drained(RAY, 1, true);
    none.staleVerdict(RAY);
    none.unbind(RAY);
    none.close();

    assertThat(none.timed()).isFalse();
  }

  @Test
  void everyEndOfACallHasItsOutcome() {
    assertThat(Outcome.of(ToolResult.text("yes"))).isEqualTo(Outcome.ANSWERED);
    assertThat(Outcome.of(ToolResult.failure(FailureKind.INVALID_ARGUMENT, "no", "")))
        .isEqualTo(Outcome.TOOL_ERROR);
    assertThat(Outcome.of(new McpException.TimedOut("it", Duration.ofSeconds(1), true)))
        .isEqualTo(Outcome.TIMEOUT);
    assertThat(Outcome.of(new McpException.OutcomeUnknown("lost"))).isEqualTo(Outcome.UNKNOWN);
    assertThat(Outcome.of(new McpException.NotSent("gone"))).isEqualTo(Outcome.NOT_SENT);
    assertThat(Outcome.of(new McpException.Cancelled("it", true))).isEqualTo(Outcome.CANCELLED);
    assertThat(Outcome.of(new CancellationException())).isEqualTo(Outcome.CANCELLED);
    assertThat(Outcome.of(new McpException.Closed("it"))).isEqualTo(Outcome.REFUSED);
    assertThat(Outcome.of(new McpException.NotFound("it"))).isEqualTo(Outcome.REFUSED);
    assertThat(Outcome.of(new McpException.Protocol(-32603, "no", Optional.empty())))
        .isEqualTo(Outcome.FAILED);
    assertThat(Outcome.of(new CompletionException(new McpException.NotSent("gone"))))
        .isEqualTo(Outcome.NOT_SENT);
    assertThat(Outcome.of(new CompletionException("no cause", null))).isEqualTo(Outcome.FAILED);
  }

  @Test
  void aRegistryThatIsClosedWhileItsMetersAreMadeLeavesNone() throws Exception {
    Thread closing = new Thread(metering::close, "test-closing");
    AtomicBoolean first = new AtomicBoolean(true);
    seen.config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                if (first.compareAndSet(true, false)) {
                  closing.start();
                  Aside.until(
                      "it waits for this one to be made",
                      () -> closing.getState() == Thread.State.WAITING);
                }
                return id;
              }
            });

    metering.bind(RAY, () -> SOME);
    closing.join();

    assertThat(first).isFalse();
    assertThat(seen.getMeters()).isEmpty();
  }

  @Test
  void aHostThatDoesNotLetGoOfItsMetersDoesNotHinderTheEnd() {
    MeterRegistry clinging =
        new SimpleMeterRegistry() {
          @Override
          public Meter remove(Meter meter) {
            throw new IllegalStateException("no removal today");
          }
        };
    Metering measured = new RegistryMeters(clinging);
    measured.bind(RAY, () -> SOME);

    assertThatCode(measured::close).doesNotThrowAnyException();
    measured.callEnded(RAY, 1, Outcome.ANSWERED);

    assertThat(clinging.find("cleat.registry.calls").timers())
        .as("nothing is measured after the end")
        .isEmpty();
  }
}

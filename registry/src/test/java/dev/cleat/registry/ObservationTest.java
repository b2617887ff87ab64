// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What somebody sees of a registry who was only given its meters and events. */
@ExtendWith(NoLeaks.class)
class ObservationTest {
  private final Aside aside = new Aside();
  private final Upstreams upstreams = new Upstreams();
  private final EventJournal journal = new EventJournal();
  private final Wanted wanted = new Wanted();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final McpRegistry registry =
      McpRegistry.builder()
          .transport(upstreams)
          .source(wanted)
          .listener(journal)
          .meters(meters)
          .build();

  @AfterEach
  void end() {
    registry.close();
    upstreams.close();
    aside.close();
  }

  private long calls(String outcome) {
    return meters.get("cleat.registry.calls").tag("outcome", outcome).timer().count();
  }

  private double gauge(String name) {
    return meters.get("cleat.registry." + name).gauge().value();
  }

  @Test
  void callsAreCountedByHowTheyEnded() throws Exception {
    registry.registerTools(
        "ray",
        ToolSet.of(
            Tool.named("work").handles(Schema.anyObject(), (call, context) -> ToolResult.text("")),
            Tool.named("fail")
                .handles(
                    Schema.anyObject(),
                    (call, context) -> ToolResult.failure(FailureKind.CONFLICT, "no", ""))));

    registry.callTool("work", Map.of());
    Aside.get(registry.callToolAsync(ToolCall.of("work", Map.of())));
    registry.callTool("fail", Map.of());

    assertThat(calls("answered")).isEqualTo(2);
    assertThat(calls("tool_error")).isEqualTo(1);
  }

  @Test
  void aReplacementAndALossAreSeen() throws Exception {
    registry.register("ray", Upstreams.definition("old"));
    Upstreams.Upstream old = upstreams.last();
    double first = gauge("generation");
    Future<ToolResult> running = aside.call(() -> registry.callTool("ray__hold", Map.of()));
    Aside.await(old.called);
    assertThat(gauge("holders")).isEqualTo(1);
    assertThat(gauge("in.flight")).isEqualTo(1);

    registry.register("ray", Upstreams.definition("new"));

    assertThat(gauge("generation")).isGreaterThan(first);
    assertThat(gauge("holders")).isZero();
    old.letGo();
    Aside.get(running);
    journal.await("ray", Kind.CLOSED, 1);
    assertThat(meters.get("cleat.registry.drains").tag("forced", "false").timer().count())
        .isEqualTo(1);

    Upstreams.Upstream fresh = upstreams.last();
    Future<ToolResult> lost = aside.call(() -> registry.callTool("ray__hold", Map.of()));
    Aside.await(fresh.called);
    fresh.end("it exited with code 137.");
    assertThatThrownBy(() -> Aside.get(lost)).isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(calls("unknown")).isEqualTo(1);
    journal.await("ray", Kind.READY, 3);
    assertThat(gauge("generation")).isGreaterThan(first + 1);
  }

  @Test
  void whatIsRemovedIsSeenNoMore() {
    registry.register("ray", Upstreams.definition("ray"));
    registry.callTool("ray__echo", Map.of());

    registry.unregister("ray");

    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void whatWasNeverConnectedIsSeenUntilItIsWantedNoMore() {
    upstreams.onOpen(
        name -> {
          throw new McpException.ConnectFailed("no such command", null);
        });
    wanted.with("ray", Upstreams.definition("ray"));
    journal.await("ray", Kind.CONNECT_FAILED, 1);
    assertThat(gauge("generation")).isZero();

    wanted.without("ray");

    journal.await("ray", Kind.REMOVED, 1);
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void nothingIsSeenOfARegistryThatIsClosed() {
    registry.register("ray", Upstreams.definition("ray"));

    registry.close();

    assertThat(meters.getMeters()).isEmpty();
  }
}

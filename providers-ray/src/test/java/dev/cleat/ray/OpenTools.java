// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** The tools of the provider, opened and called as a host does it. */
final class OpenTools implements AutoCloseable {
  private final ToolSet tools;
  private final List<String> questions = new CopyOnWriteArrayList<>();
  private final List<String> progress = new CopyOnWriteArrayList<>();
  private volatile boolean consents = true;

  private OpenTools(ToolSet tools) {
    this.tools = tools;
  }

  static OpenTools with(Map<String, ?> settings) {
    RayToolProvider provider = new RayToolProvider();
    return new OpenTools(provider.open(ProviderContext.of(provider, settings)));
  }

  static OpenTools at(String dashboard) {
    return with(Map.of("dashboard", dashboard));
  }

  static OpenTools over(ToolSet tools) {
    return new OpenTools(tools);
  }

  static OpenTools over(RayBackend... backends) {
    return over(
        RayToolProvider.toolsOf(
            List.of(backends),
            Duration.ofSeconds(10),
            InstantSource.system(),
            new SplittableRandom(1)));
  }

  OpenTools declining() {
    consents = false;
    return this;
  }

  /** The result as the wire would carry it. */
  ToolResult call(String tool, Map<String, ?> arguments) throws Exception {
    ServedTool served = tools.find(tool).orElseThrow();
    try {
      return served.handler().handle(ToolCall.of(tool, arguments), new Context());
    } catch (ToolFailure failure) {
      return failure.toResult();
    }
  }

  /** The structured content of a call that has to succeed. */
  @SuppressWarnings("unchecked")
  Map<String, Object> answer(String tool, Map<String, ?> arguments) throws Exception {
    ToolResult result = call(tool, arguments);
    assertThat(result).isInstanceOf(ToolResult.Success.class);
    return new HashMap<>(
        (Map<String, Object>) ((ToolResult.Success) result).structured().orElseThrow());
  }

  /** The failure of a call that has to fail like that. */
  ToolResult.Failure failure(FailureKind kind, String tool, Map<String, ?> arguments)
      throws Exception {
    ToolResult result = call(tool, arguments);
    assertThat(result).isInstanceOf(ToolResult.Failure.class);
    ToolResult.Failure failure = (ToolResult.Failure) result;
    assertThat(failure.kind()).as(failure.message()).isEqualTo(kind);
    return failure;
  }

  ToolSet tools() {
    return tools;
  }

  List<String> questions() {
    return questions;
  }

  List<String> progress() {
    return progress;
  }

  @Override
  public void close() {
    tools.close();
  }

  private final class Context implements RequestContext {
    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public Optional<Instant> deadline() {
      return Optional.empty();
    }

    @Override
    public void progress(double done, double total, String message) {
      progress.add(message);
    }

    @Override
    public void confirm(String question) {
      questions.add(question);
      if (!consents) {
        throw new ToolFailure(FailureKind.DECLINED, "The user said no.", "");
      }
    }
  }
}

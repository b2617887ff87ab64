// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ProviderConfig;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Calls tools of this module as a client would, and gives back what it would get. */
final class Calls implements AutoCloseable {

  private static final RequestContext NOBODY =
      new RequestContext() {
        @Override
        public boolean cancelled() {
          return false;
        }

        @Override
        public void progress(double done, double total, String message) {}

        @Override
        public void confirm(String question) {
          throw new AssertionError("these tools ask nothing: " + question);
        }
      };

  private final ToolSet tools;

  Calls(ToolSet tools) {
    this.tools = tools;
  }

  /** The provider with these settings, and a clock of its own. */
  static Calls with(Map<String, ?> settings) {
    return with(settings, new FixedClock());
  }

  static Calls with(Map<String, ?> settings, FixedClock clock) {
    NvmlToolProvider provider = new NvmlToolProvider();
    return new Calls(
        provider.open(
            new ProviderContext(ProviderConfig.of(provider, settings), clock, new Random(1))));
  }

  static Calls simulated(String source) {
    return with(Map.of("source", "simulated:" + source));
  }

  static Calls on(Nvml nvml, KernelLog log, FixedClock clock) {
    GpuMachine machine = new GpuMachine(nvml, log, clock, java.util.Optional.empty());
    return new Calls(ToolSet.of(NvmlToolProvider.tools(machine), nvml::close));
  }

  ToolSet tools() {
    return tools;
  }

  /** The result of a call. */
  ToolResult result(String tool, Map<String, ?> arguments) {
    ServedTool served = tools.find(tool).orElseThrow();
    try {
      return served.handler().handle(ToolCall.of(tool, arguments), NOBODY);
    } catch (ToolFailure failure) {
      return failure.toResult();
    } catch (Exception e) {
      throw new AssertionError(tool + " threw", e);
    }
  }

  /** The text of a call that has to succeed: its JSON. */
  String json(String tool, Map<String, ?> arguments) {
    ToolResult result = result(tool, arguments);
    if (result instanceof ToolResult.Success) {
      return result.text();
    }
    throw new AssertionError(tool + " failed: " + result.text());
  }

  /** The structured answer of a call that has to succeed. */
  Map<String, Object> answer(String tool, Map<String, ?> arguments) {
    if (result(tool, arguments) instanceof ToolResult.Success success
        && success.structured().orElseThrow() instanceof Map<?, ?> map) {
      Map<String, Object> answer = new HashMap<>();
      map.forEach((key, value) -> answer.put(String.valueOf(key), value));
      return answer;
    }
    throw new AssertionError(tool + " failed: " + result(tool, arguments).text());
  }

  /** The failure of a call that has to fail. */
  ToolResult.Failure failure(String tool, Map<String, ?> arguments) {
    if (result(tool, arguments) instanceof ToolResult.Failure failure) {
      return failure;
    }
    throw new AssertionError(tool + " succeeded: " + result(tool, arguments).text());
  }

  @Override
  public void close() {
    tools.close();
  }
}

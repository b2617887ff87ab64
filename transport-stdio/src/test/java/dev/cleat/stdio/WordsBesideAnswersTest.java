// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What servers say to a client beside answers. */
class WordsBesideAnswersTest extends ClientOverStreams {
  @Test
  void junkIsSkippedAndNotAnswered() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("echo");
    Object id = server.next("tools/call").get("id");

    server.send("Loading model... 100%");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":\"77\",\"result\":{}}");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}");
    server.send("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"no id\"}}");
    server.send("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":\"no object\"}");
    server.send("x".repeat(LIMITS.maxMessageBytes() + 10));
    server.respond(id, text("still here"));

    assertThat(get(call).text()).isEqualTo("still here");
    assertThat(server.untilFence()).isEmpty();
  }

  @Test
  void aPingIsAnsweredAndAnyOtherRequestRefused() throws Exception {
    legacy("2025-11-25");

    server.request("p", "ping", "");
    server.request("r", "roots/list", "");
    server.request("l", "x".repeat(LIMITS.maxMessageBytes() - 100), "");
    List<Map<String, Object>> answers = server.answersTo("p", "r", "l");

    assertThat(answers.get(0).get("result")).isEqualTo(Map.of());
    assertThat(answers.subList(1, 3).toString()).contains("code=-32601").hasSizeLessThan(2_000);
  }

  @Test
  void progressReachesTheListenerAndAListenerThatFailsHarmsNothing() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            heard.add(done + "/" + total + " " + message);
            throw new IllegalStateException("a fault of the listener");
          }
        };
    Future<ToolResult> call =
        inBackground(() -> client.callTool(ToolCall.of("work", Map.of()).withListener(listener)));
    Map<String, Object> request = server.next("tools/call");
    Object token = ((Map<?, ?>) params(request).get("_meta")).get("progressToken");

    progress("\"progressToken\":" + token + ",\"progress\":1,\"total\":2,\"message\":\"one\"");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("1.0/2.0 one");
    progress("\"progressToken\":\"foreign\",\"progress\":1.2");
    progress("\"progressToken\":" + token + ",\"progress\":\"most\"");
    progress("\"progress\":1.3");
    progress("\"progressToken\":" + token + ",\"progress\":1.5");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("1.5/0.0 ");
    server.respond(request.get("id"), text("done"));

    assertThat(get(call).text()).isEqualTo("done");
    assertThat(heard).isEmpty();
  }

  private void progress(String params) throws Exception {
    server.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{" + params + "}}");
  }

  @Test
  void progressRisesAndComesOneByOneThoughItsListenerIsSlow() throws Exception {
    legacy("2025-11-25");
    List<Double> heard = new CopyOnWriteArrayList<>();
    AtomicInteger atOnce = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    CallListener slow =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            overlapped.compareAndSet(false, atOnce.incrementAndGet() > 1);
            long end = System.nanoTime() + 1_500_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            heard.add(done);
            atOnce.decrementAndGet();
          }
        };
    Future<ToolResult> call =
        inBackground(() -> client.callTool(ToolCall.of("work", Map.of()).withListener(slow)));
    Map<String, Object> request = server.next("tools/call");
    Object token = ((Map<?, ?>) params(request).get("_meta")).get("progressToken");

    for (int i = 1; i <= 50; i++) {
      progress("\"progressToken\":" + token + ",\"progress\":" + i);
    }
    server.untilFence();
    server.respond(request.get("id"), text("done"));

    assertThat(get(call).text()).isEqualTo("done");
    assertThat(overlapped).isFalse();
    assertThat(List.copyOf(heard)).isNotEmpty().isSorted();
  }

  @Test
  void aChangeOfTheToolsCallsAllListenersBack() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    client.onChange(catalog -> heard.add("first " + catalog));
    client.onChange(catalog -> heard.add("second " + catalog));

    server.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("first TOOLS");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("second TOOLS");
  }
}

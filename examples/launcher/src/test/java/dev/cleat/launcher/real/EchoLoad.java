// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import dev.cleat.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Many callers at once on the bare pipes of an MCP server, each with one call in flight. It shares
 * no code with our client, so that one fault cannot hide another.
 */
final class EchoLoad implements AutoCloseable {
  private static final long ANSWER_SECONDS = 30;
  private static final int MAX_COMPLAINTS = 20;

  private final Process server;
  private final OutputStream requests;
  private final Thread reader;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();

  // Wrong answers, missing ones, and those that nobody waits for: to no request, or to one that has
  // been
  // answered already. The first few.
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  EchoLoad(Path folder, List<String> command) throws IOException {
    server =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(folder.resolve("stderr").toFile())
            .start();
    requests = server.getOutputStream();
    reader = new Thread(this::readAll, "answers");
    reader.start();
  }

  /** One call: what is asked, and what the answer has to be. */
  record Call(Map<String, Object> params, Check check) {}

  /** Whether a result is the one that was asked for. */
  interface Check {
    boolean holds(Map<?, ?> result);
  }

  /** How many calls were answered well, and what was wrong with others. */
  record Tally(long answered, List<String> wrong) {}

  void initialize() throws Exception {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("protocolVersion", "2025-11-25");
    params.put("capabilities", Map.of());
    params.put("clientInfo", Map.of("name", "load", "version", "1"));
    request("initialize", params);
    write(Map.of("jsonrpc", "2.0", "method", "notifications/initialized"));
  }

  /** Keeps that many calls in flight for that long. */
  Tally run(int inFlight, Duration time, LongFunction<Call> calls) throws InterruptedException {
    AtomicLong started = new AtomicLong();
    AtomicLong answered = new AtomicLong();
    long end = System.nanoTime() + time.toNanos();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  while (System.nanoTime() < end) {
                    Call call = calls.apply(started.getAndIncrement());
                    Map<?, ?> answer = request("tools/call", call.params());
                    if (answer.get("result") instanceof Map<?, ?> result
                        && call.check().holds(result)) {
                      answered.incrementAndGet();
                    } else {
                      complain(call.params() + " was answered with " + answer);
                    }
                  }
                } catch (IOException | InterruptedException | ExecutionException e) {
                  complain(e.toString());
                } catch (TimeoutException e) {
                  complain("no answer within " + ANSWER_SECONDS + " s");
                }
              },
              "caller-" + i);
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    return new Tally(answered.get(), List.copyOf(wrong));
  }

  /** Ends the server as a client does, and gives its exit code. */
  int end() throws IOException, InterruptedException {
    requests.close();
    if (!server.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("The server does not end");
    }
    reader.join();
    return server.exitValue();
  }

  @Override
  public void close() {
    server.descendants().forEach(ProcessHandle::destroyForcibly);
    server.destroyForcibly();
  }

  private Map<?, ?> request(String method, Map<String, Object> params)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    long id = ids.incrementAndGet();
    CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("jsonrpc", "2.0");
    request.put("id", id);
    request.put("method", method);
    request.put("params", params);
    write(request);
    return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  private void write(Map<String, Object> message) throws IOException {
    byte[] line = (Json.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (requests) {
      requests.write(line);
      requests.flush();
    }
  }

  private void readAll() {
    try (BufferedReader answers =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        take(line);
      }
    } catch (IOException e) {
      complain(e.toString());
    }
    waiting.values().forEach(waiter -> waiter.completeExceptionally(new IOException("It left")));
  }

  private void complain(String what) {
    if (wrong.size() < MAX_COMPLAINTS) {
      wrong.add(what);
    }
  }

  private void take(String line) throws IOException {
    Map<?, ?> answer = (Map<?, ?>) Json.parse(line);
    CompletableFuture<Map<?, ?>> waiter =
        answer.get("id") instanceof Long id ? waiting.remove(id) : null;
    if (waiter == null) {
      complain("nobody waits for " + line);
    } else {
      waiter.complete(answer);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of an answer up to a bound and then closes it. So no answer, however long, takes
 * more memory than its sink does.
 *
 * @param <T> what the sink makes of the bytes
 */
final class BoundedBody<T> implements BodySubscriber<T> {
  /**
   * Where the bytes go. Called by one thread at a time.
   *
   * @param <T> what is made of them
   */
  interface Sink<T> {
    /** Takes all of the bytes. */
    void take(ByteBuffer bytes);

    /** Whether it wants no more; then the connection is closed as if the body ended here. */
    default boolean enough() {
      return false;
    }

    /** All is read, or the bound reached, in which case {@code cut} is true. */
    T finish(boolean cut);
  }

  /** Bytes held in memory. */
  static final class Bytes {
    private final byte[] bytes;
    private final boolean cut;

    Bytes(byte[] bytes, boolean cut) {
      this.bytes = bytes;
      this.cut = cut;
    }

    /** At most as many as allowed. */
    byte[] bytes() {
      return bytes;
    }

    /** Whether there were more. */
    boolean cut() {
      return cut;
    }
  }

  /** Holds the bytes. */
  static final class Memory implements Sink<Bytes> {
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    @Override
    public void take(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      held.writeBytes(copy);
    }

    @Override
    public Bytes finish(boolean cut) {
      return new Bytes(held.toByteArray(), cut);
    }
  }

  private final Sink<T> sink;
  private final CompletableFuture<T> body = new CompletableFuture<>();
  private long left;
  // Set by onSubscribe, before any other signal.
  private Flow.@Nullable Subscription subscription;

  BoundedBody(long maxBytes, Sink<T> sink) {
    this.left = maxBytes;
    this.sink = sink;
  }

  @Override
  public CompletionStage<T> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    // One at a time, so that what is not yet taken waits in the socket and not in memory.
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (body.isDone()) {
        return;
      }
      boolean over = buffer.remaining() > left;
      if (over) {
        buffer.limit(buffer.position() + (int) left);
      }
      left -= buffer.remaining();
      sink.take(buffer);
      if (over || sink.enough()) {
        end(over);
      }
    }
    if (!body.isDone() && subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public void onError(Throwable fault) {
    body.completeExceptionally(fault);
  }

  @Override
  public void onComplete() {
    if (!body.isDone()) {
      body.complete(sink.finish(false));
    }
  }

  private void end(boolean cut) {
    if (subscription != null) {
      subscription.cancel();
    }
    body.complete(sink.finish(cut));
  }
}

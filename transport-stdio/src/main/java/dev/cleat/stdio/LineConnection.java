// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages over a pair of streams, one a line.
 *
 * <p>The thread that reads a message also delivers it and does what it asks for, which saves a
 * hand-over for everything that is quick. A watch looks at it twice a millisecond; a reader that
 * has been working for one message from look to look loses its turn: a fresh thread reads on, and
 * the old one ends when its work is done. It cannot lose it while it delivers, so the order is
 * kept; and the framing state is up to date by then, so it can change hands.
 *
 * <p>Answers given while further lines wait in the buffer are written together with theirs.
 */
final class LineConnection implements Connection {
  private static final Logger LOG = System.getLogger(LineConnection.class.getName());

  /** Twice this is how long a message may hold up the next ones. */
  private static final long LOOK_NANOS = 500_000;

  /** After so many looks at an idle reader the watch sleeps until there is work. */
  private static final int IDLE_LOOKS = 40;

  private final String label;
  private final InputStream in;
  private final Outbox outbox;
  private final boolean ownWriter;
  private final Limits limits;
  private final LineFramer framer;
  private final AtomicInteger readers = new AtomicInteger();

  // Threads that read or still work on what they have read. Each call that runs may hold one up.
  // When there are more, it is the peer who does, by not reading its answers; it then has to wait.
  private final AtomicInteger busyReaders = new AtomicInteger();

  private final AtomicBoolean endReported = new AtomicBoolean();

  private volatile @Nullable Receiver receiver;
  // Never busy until the first reader has put its own here.
  private volatile ReaderTurn turn = new ReaderTurn(Thread.currentThread());
  private volatile @Nullable Thread watch;
  private volatile boolean watchAsleep;
  private volatile boolean inputEnded;

  // Asked when the input ends, for what to tell of it.
  private final Supplier<String> endReason;

  /**
   * @param ownWriter whether a thread of the connection does all writing, so that a peer that does
   *     not read never blocks a sender; otherwise senders write
   */
  LineConnection(
      String label,
      InputStream in,
      Outbox outbox,
      boolean ownWriter,
      Limits limits,
      Supplier<String> endReason) {
    this.label = label;
    this.in = in;
    this.outbox = outbox;
    this.ownWriter = ownWriter;
    this.limits = limits;
    this.endReason = endReason;
    framer = new LineFramer(limits.maxMessageBytes());
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    if (ownWriter) {
      thread("writer", outbox::writeUntilClosed).start();
    }
    startReader();
    Thread watching = thread("watch", this::watch);
    watch = watching;
    watching.start();
  }

  @Override
  public Receipt send(Message message) {
    byte[] line = MessageCodec.encode(message, limits.maxMessageBytes());
    boolean deferred = turn.mayDefer() && !outbox.hasBatch();
    Receipt receipt = outbox.add(line, !deferred);
    if (!deferred && !ownWriter) {
      flush();
    }
    return receipt;
  }

  @Override
  public void close() {
    outbox.finish(limits.childGrace().toNanos());
    end("it was closed");
  }

  /** Tells the receiver once that nothing more comes. */
  void end(String reason) {
    if (!endReported.compareAndSet(false, true)) {
      return;
    }
    inputEnded = true;
    LockSupport.unpark(watch);
    Receiver told = receiver;
    if (told != null) {
      told.ended(reason);
    }
  }

  private void startReader() {
    busyReaders.incrementAndGet();
    Thread reader =
        thread(
            "reader-" + readers.incrementAndGet(),
            () -> {
              try {
                read();
              } finally {
                busyReaders.decrementAndGet();
              }
            });
    reader.start();
  }

  /** One reader's turn. Ends with the input, or when the turn is taken away. */
  private void read() {
    ReaderTurn mine = new ReaderTurn(Thread.currentThread());
    turn = mine;
    // The reader before this one may have left answers that were to be written with later ones.
    flush();
    try {
      while (!inputEnded) {
        switch (framer.next()) {
          case LINE:
            if (framer.length() > 0 && !deliver(mine)) {
              return;
            }
            break;
          case TOO_LONG:
            mine.linesWaiting(framer.hasLine());
            receiver().malformed(MessageCodec.tooLong(limits.maxMessageBytes()));
            break;
          default:
            flush();
            if (!framer.fill(in)) {
              end(endReason.get());
            }
        }
      }
    } catch (IOException e) {
      end("its input failed: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, () -> label + ": the reader failed", e);
      end("of a fault in this program: " + e);
      throw e;
    }
  }

  /** Hands one line over; false when the turn was taken away meanwhile. */
  private boolean deliver(ReaderTurn mine) {
    Message message = null;
    Message.ErrorResponse malformed = null;
    try {
      message = MessageCodec.decode(framer.buffer(), framer.offset(), framer.length());
    } catch (MessageCodec.MalformedException e) {
      malformed = e.deserved();
    }
    mine.linesWaiting(framer.hasLine());
    if (message == null) {
      if (malformed != null) {
        receiver().malformed(malformed);
      }
      return true;
    }
    Runnable work = receiver().received(message);
    if (work == null) {
      return true;
    }
    mine.busy();
    if (watchAsleep) {
      LockSupport.unpark(watch);
    }
    work.run();
    boolean still = mine.done();
    if (!still) {
      // An answer that was deferred while the turn was being lost would wait for a next message:
      // the
      // new reader may have found nothing to write, and be waiting already.
      flush();
    }
    return still;
  }

  private Receiver receiver() {
    Receiver started = receiver;
    if (started == null) {
      throw new IllegalStateException("The reader runs before start");
    }
    return started;
  }

  private void flush() {
    if (!ownWriter) {
      IOException failed = outbox.flush();
      if (failed != null) {
        LOG.log(Level.DEBUG, () -> label + ": " + failed);
      }
    }
  }

  /** Replaces a reader that has been busy with the same message since the look before. */
  private void watch() {
    ReaderTurn watched = turn;
    long before = 0;
    int idleLooks = 0;
    while (!inputEnded) {
      ReaderTurn current = turn;
      long look = current.look();
      boolean busy = ReaderTurn.isBusy(look);
      boolean heldUp = busy && current == watched && look == before;
      if (heldUp && busyReaders.get() <= limits.maxCallsInFlight() && current.takeAway(look)) {
        startReader();
      }
      idleLooks = busy || look != before ? 0 : idleLooks + 1;
      watched = current;
      before = look;
      if (idleLooks < IDLE_LOOKS) {
        LockSupport.parkNanos(LOOK_NANOS);
      } else {
        watchAsleep = true;
        // Looked at again after saying so: a reader that began before saw the watch awake.
        if (!inputEnded && current.look() == look && current == turn) {
          LockSupport.park();
        }
        watchAsleep = false;
        idleLooks = 0;
      }
    }
  }

  private Thread thread(String role, Runnable task) {
    Thread thread = new Thread(task, "cleat-" + label + "-" + role);
    thread.setDaemon(true);
    return thread;
  }
}

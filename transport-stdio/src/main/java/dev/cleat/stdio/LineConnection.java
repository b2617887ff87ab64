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
 * hand-over for everything that is quick. A watch looks at it twice a millisecond, or once in two
 * while all messages are quick; a reader that has been working for one message from look to look
 * loses its turn: a fresh thread reads on, and the old one ends when its work is done. It cannot
 * lose it while it delivers, so the order is kept; and the framing state is up to date by then, so
 * it can change hands.
 *
 * <p>What the reader sends while further lines wait in its buffer, here or on another connection,
 * is written together with what those lines bring: at the latest before it waits for more input,
 * when it has been put off for long, and when the reader loses its turn.
 */
final class LineConnection implements Connection {
  private static final Logger LOG = System.getLogger(LineConnection.class.getName());

  /** Twice this is how long a message may hold up the next ones, once one has done so. */
  private static final long LOOK_NANOS = 500_000;

  /** While none has done so for a time, looks are rarer: each costs as much as a small message. */
  private static final long CALM_LOOK_NANOS = 2_000_000;

  /** So many looks in a row without a reader that is held up are such a time. */
  private static final int LOOKS_TO_CALM = 40;

  /** After so many looks at an idle reader the watch sleeps until there is work. */
  private static final int IDLE_LOOKS = 40;

  private final String label;
  private final InputStream in;
  private final Outbox outbox;
  private final Limits limits;
  private final LineFramer framer;
  private final AtomicInteger readers = new AtomicInteger();

  // Threads that read or still work on what they have read. Each call that runs may hold one up.
  // When there are more, it is the peer who does, by not reading its answers; it then has to wait.
  private final AtomicInteger busyReaders = new AtomicInteger();

  private final AtomicBoolean endReported = new AtomicBoolean();

  private volatile @Nullable Receiver receiver;
  // Never busy until the first reader has put its own here.
  private volatile ReaderTurn turn = new ReaderTurn();
  private volatile @Nullable Thread watch;
  private volatile boolean watchAsleep;
  private volatile boolean inputEnded;

  // Asked when the input ends, for what to tell of it.
  private final Supplier<String> endReason;

  LineConnection(
      String label, InputStream in, Outbox outbox, Limits limits, Supplier<String> endReason) {
    this.label = label;
    this.in = in;
    this.outbox = outbox;
    this.limits = limits;
    this.endReason = endReason;
    framer = new LineFramer(limits.maxMessageBytes());
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    if (outbox.hasWriter()) {
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
    Object requestId = message instanceof Message.Request request ? request.id() : null;
    ReaderTurn reading = ReaderTurn.ofThisThread();
    // Not what is told on the way to an answer: clients lose the last progress of a call when they
    // read it together with the answer, as the official SDK for TypeScript does.
    boolean canWait = !(message instanceof Message.Notification);
    if (canWait && reading != null && reading.mayDefer() && !outbox.hasBatch()) {
      Receipt receipt = outbox.add(line, requestId, false);
      if (!reading.defer(outbox)) {
        outbox.push();
      }
      return receipt;
    }
    if (reading != null && outbox.isFull()) {
      // This thread is about to wait for room, and nobody should have to wait with it.
      reading.writeDeferred();
    }
    Receipt receipt = outbox.add(line, requestId, true);
    outbox.push();
    return receipt;
  }

  @Override
  public void flush() {
    ReaderTurn reading = ReaderTurn.ofThisThread();
    if (reading != null) {
      reading.writeDeferred();
    }
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
    Runnable reading =
        () -> {
          try {
            read();
          } finally {
            busyReaders.decrementAndGet();
          }
        };
    new ReaderTurn.Reader(reading, name("reader-" + readers.incrementAndGet())).start();
  }

  /** One reader's turn. Ends with the input, or when the turn is taken away. */
  private void read() {
    ReaderTurn mine = ReaderTurn.begin();
    ReaderTurn before = turn;
    turn = mine;
    mine.takeOver(before);
    try {
      if (!writesDeferred(mine)) {
        return;
      }
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
            if (!writesDeferred(mine)) {
              return;
            }
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
    } finally {
      // Nobody takes this turn over, and one peer that does not read is not to hold up another.
      for (Outbox late = mine.nextDeferred(); late != null; late = mine.nextDeferred()) {
        thread("late-writer", late::push).start();
      }
    }
  }

  /** Writes what was put off; false when the turn was taken away because that takes long. */
  private boolean writesDeferred(ReaderTurn mine) {
    if (!mine.hasDeferred()) {
      return true;
    }
    busy(mine);
    mine.writeDeferred();
    return mine.done();
  }

  private void busy(ReaderTurn mine) {
    mine.busy();
    if (watchAsleep) {
      LockSupport.unpark(watch);
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
    if (message instanceof Message.Response response) {
      outbox.hasRead(response.id());
    } else if (message instanceof Message.ErrorResponse error) {
      error.id().ifPresent(outbox::hasRead);
    }
    Runnable work = receiver().received(message);
    if (work == null) {
      return true;
    }
    busy(mine);
    work.run();
    return mine.done();
  }

  private Receiver receiver() {
    Receiver started = receiver;
    if (started == null) {
      throw new IllegalStateException("The reader runs before start");
    }
    return started;
  }

  /** Replaces a reader that has been busy with the same message since the look before. */
  private void watch() {
    ReaderTurn watched = turn;
    long before = 0;
    int idleLooks = 0;
    int calmLooks = 0;
    while (!inputEnded) {
      ReaderTurn current = turn;
      long look = current.look();
      boolean busy = ReaderTurn.isBusy(look);
      boolean heldUp = busy && current == watched && look == before;
      if (heldUp && busyReaders.get() > limits.maxCallsInFlight()) {
        if (current.hasDeferred()) {
          // The peer has to wait; those whom the reader has put off need not.
          thread("late-writer", current::writeDeferred).start();
        }
      } else if (heldUp && current.takeAway(look)) {
        startReader();
      }
      calmLooks = heldUp ? 0 : calmLooks + 1;
      idleLooks = busy || look != before ? 0 : idleLooks + 1;
      watched = current;
      before = look;
      if (idleLooks < IDLE_LOOKS) {
        LockSupport.parkNanos(calmLooks < LOOKS_TO_CALM ? LOOK_NANOS : CALM_LOOK_NANOS);
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

  private String name(String role) {
    return "cleat-" + label + "-" + role;
  }

  private Thread thread(String role, Runnable task) {
    Thread thread = new Thread(task, name(role));
    thread.setDaemon(true);
    return thread;
  }
}

package io.netpoll.testkit.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Passes one direction of a connection on, on a thread of its own, with its faults. */
final class Relay implements Runnable {
  private static final int CHUNK = 1 << 14;
  private static final long COALESCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Passage passage;
  private final Socket from;
  private final Socket to;
  private final StreamFaults faults;
  private final Random random;
  private final byte[] chunk = new byte[CHUNK];

  /** How many bytes are left before the incident: very many if none is to come. */
  private long untilIncident;

  /** Whether what still comes is dropped; then the sender's end is dropped too. */
  private boolean dropping;

  /** When the rate allows the next byte. */
  private long due = System.nanoTime();

  Relay(Passage passage, Socket from, Socket to, StreamFaults faults) {
    this.passage = passage;
    this.from = from;
    this.to = to;
    this.faults = faults;
    this.random = new Random(faults.seed());
    this.untilIncident = faults.incident() == Incident.NONE ? Long.MAX_VALUE : faults.after();
  }

  @Override
  public void run() {
    try {
      relay();
      if (!drops()) {
        to.shutdownOutput();
      }
    } catch (IOException failed) {
      if (!drops()) { // a reset of one side, or of both by the other relay
        passage.reset();
      }
    } finally {
      passage.ended();
    }
  }

  private boolean drops() {
    return dropping || passage.isEnding();
  }

  private void relay() throws IOException {
    if (untilIncident == 0) {
      happen();
    }
    int count;
    while ((count = read()) >= 0) {
      if (!drops()) {
        hold();
        write(count);
      }
    }
  }

  private int read() throws IOException {
    InputStream in = from.getInputStream();
    int count = in.read(chunk);
    if (count < 0 || faults.cutting() != Cutting.COALESCED || drops()) {
      return count;
    }
    passage.pause(COALESCE_NANOS);
    int more = Math.min(in.available(), CHUNK - count);
    return more == 0 ? count : count + Math.max(0, in.read(chunk, count, more));
  }

  /** Holds back what was read. */
  private void hold() {
    long delay = TimeUnit.NANOSECONDS.convert(faults.delay());
    long jitter = TimeUnit.NANOSECONDS.convert(faults.jitter());
    if (delay > 0) {
      passage.pause(delay);
    }
    if (jitter > 0) {
      passage.pause(random.nextLong(jitter));
    }
  }

  private void write(int count) throws IOException {
    int written = 0;
    while (written < count && !drops()) {
      int piece = (int) Math.min(piece(count - written), untilIncident);
      keepRate(piece);
      send(written, piece);
      written += piece;
      untilIncident -= piece;
      if (untilIncident == 0) {
        happen();
      }
    }
  }

  private void send(int offset, int length) throws IOException {
    try {
      to.getOutputStream().write(chunk, offset, length);
    } catch (IOException failed) {
      if (!passage.isEnding()) {
        throw failed;
      }
    }
  }

  private int piece(int left) {
    return switch (faults.cutting()) {
      case AS_IS, COALESCED -> left;
      case SINGLE_BYTES -> 1;
      case PIECES -> 1 + random.nextInt(left);
    };
  }

  /** Waits until the rate allows the piece. */
  private void keepRate(int piece) {
    if (faults.bytesPerSecond() > 0) {
      long now = System.nanoTime();
      passage.pause(due - now);
      due = Math.max(due, now) + TimeUnit.SECONDS.toNanos(piece) / faults.bytesPerSecond();
    }
  }

  private void happen() throws IOException {
    untilIncident = Long.MAX_VALUE; // it happens once
    switch (faults.incident()) {
      case NONE -> {}
      case STALL -> passage.pause(TimeUnit.NANOSECONDS.convert(faults.stall()));
      case RESET -> passage.reset();
      case END -> passage.end();
      case HALF_CLOSE -> {
        dropping = true;
        to.shutdownOutput();
      }
      case BLACK_HOLE -> dropping = true;
    }
  }
}

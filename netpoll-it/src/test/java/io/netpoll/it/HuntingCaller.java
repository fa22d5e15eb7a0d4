package io.netpoll.it;

import io.netpoll.Connection;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * A caller that sends frames of random sizes, waits for what comes back in steps of random sizes,
 * and checks every byte. Its thread runs it; others ask how long it has waited.
 */
final class HuntingCaller implements Callable<Integer> {
  private static final int LARGEST = 20_000;

  private final int number;
  private final int frames;
  private final Random random;
  private final Connection connection;
  private volatile int answered;
  private volatile long lastProgress = System.nanoTime();
  private volatile boolean done;

  HuntingCaller(int number, int frames, long seed, Connection connection) {
    this.number = number;
    this.frames = frames;
    this.random = new Random(seed + number);
    this.connection = connection;
  }

  /** Echoes all frames; returns how many. */
  @Override
  public Integer call() throws IOException {
    try {
      while (answered < frames) {
        int length = random.nextInt(32) == 0 ? random.nextInt(LARGEST) : random.nextInt(200);
        send(length);
        receive(length);
        PiecewiseEcho.pause(random);
        lastProgress = System.nanoTime();
        answered = answered + 1;
      }
      return answered;
    } finally {
      done = true;
    }
  }

  private void send(int length) throws IOException {
    Writer out = connection.writer();
    out.writeInt(length);
    ByteBuffer payload = out.malloc(length);
    for (int i = 0; i < length; i++) {
      payload.put(expected(i));
    }
    out.flush();
  }

  private void receive(int length) throws IOException {
    Reader in = connection.reader();
    int found = in.readInt();
    if (found != length) {
      throw new AssertionError(this + ": " + found + " bytes came back instead of " + length + ".");
    }
    int at = 0;
    while (at < length) {
      int step = random.nextBoolean() ? length - at : 1 + random.nextInt(length - at);
      ByteBuffer view = in.next(step);
      for (int i = 0; i < step; i++) {
        if (view.get(i) != expected(at + i)) {
          throw new AssertionError(this + ": byte " + (at + i) + " is " + view.get(i) + ".");
        }
      }
      in.release();
      at += step;
    }
  }

  private byte expected(int index) {
    return (byte) (number * 31 + answered * 7 + index);
  }

  /** How long it has waited for its answer. */
  long overdueNanos() {
    return done ? 0 : System.nanoTime() - lastProgress;
  }

  @Override
  public String toString() {
    return "caller " + number + " (" + answered + " of " + frames + " frames answered)";
  }
}

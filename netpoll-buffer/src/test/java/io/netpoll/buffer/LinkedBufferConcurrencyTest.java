package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Spans;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One writes, one reads, at the same time. Byte number {@code i} of a stream is {@code f(i)}. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkedBufferConcurrencyTest {
  private static final long BYTES = 24_000_000;
  private static final int BACKLOG = 200_000;

  private final PagePool pool = new PagePool(256L << 20);
  private final LinkedBuffer buffer = new LinkedBuffer(pool);

  private static byte at(long index) {
    return (byte) (index * 31 + (index >>> 11));
  }

  @RepeatedTest(3)
  void whatOneThreadWritesAnotherReadsByteExact() throws Exception {
    inParallel(() -> write(BYTES, 1), () -> read(BYTES, 2, 3000));
    assertThat(pool.pagesInUse()).isZero();
  }

  @RepeatedTest(3)
  void smallMessagesThatEmptyTheBufferAgainAndAgainAreByteExact() throws Exception {
    inParallel(() -> writeInStep(600_000), () -> read(600_000, 4, 9));
    assertThat(pool.pagesInUse()).isZero();
  }

  @RepeatedTest(3)
  void anInputChainIsByteExactAndIdleWithoutPagesThoughReadingsComeEmpty() throws Exception {
    inParallel(() -> fill(BYTES), () -> read(BYTES, 5, 20_000));
    assertThat(pool.pagesInUse()).isZero();
  }

  @RepeatedTest(3)
  void anOutputChainIsByteExact() throws Exception {
    inParallel(() -> write(BYTES, 6), () -> send(BYTES));
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void aReleaseWhileTheTailIsClaimedTakesEffectWhenNothingComes() throws Exception {
    Spans spans = new Spans(2);
    buffer.reserve(4096, spans);
    buffer.commit(100);
    buffer.reserve(4096, spans);
    buffer.skip(100);
    buffer.release();
    assertThat(pool.pagesInUse()).isPositive();
    buffer.commit(0);
    assertThat(pool.pagesInUse()).isZero();
    assertThat(buffer.length()).isZero();
  }

  @Test
  void aReleaseWhileTheTailIsClaimedLosesNothingThatComes() throws Exception {
    Spans spans = new Spans(2);
    for (int i = 0; i < 10; i++) {
      buffer.reserve(4096, spans);
      buffer.commit(100);
      buffer.reserve(4096, spans);
      buffer.skip(buffer.length());
      buffer.release();
      spans.buffer(0).put((byte) i);
      buffer.commit(1);
      assertThat(buffer.readByte()).isEqualTo((byte) i);
    }
    buffer.release();
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void slicesAreReleasedOnAnotherThreadWhileTheirPagesFillUp() throws Exception {
    LinkedBlockingQueue<LinkedBuffer> slices = new LinkedBlockingQueue<>(100);
    inParallel(
        () -> write(BYTES, 7),
        () -> {
          Random random = new Random(8);
          for (long done = 0; done < BYTES; ) {
            int n = await(Math.min(1 + random.nextInt(9000), BYTES - done));
            slices.put(buffer.slice(n));
            done += n;
            if (random.nextInt(3) == 0) {
              buffer.release();
            }
          }
          buffer.release();
        },
        () -> {
          for (long done = 0; done < BYTES; ) {
            LinkedBuffer slice = slices.take();
            int n = slice.length();
            verify(slice.next(n), done);
            done += n;
            if (n % 2 == 0) {
              slice.release();
            } else {
              slice.close();
            }
          }
        });
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void aProxyAppendsSlicesOfOneChainToAnother() throws Exception {
    LinkedBuffer output = new LinkedBuffer(pool);
    inParallel(
        () -> fill(BYTES),
        () -> {
          Random random = new Random(9);
          for (long done = 0; done < BYTES; ) {
            int n = await(Math.min(1 + random.nextInt(9000), BYTES - done));
            output.append(buffer.slice(n));
            output.flush();
            buffer.release();
            done += n;
            while (output.written() - output.consumed() > BACKLOG) {
              Thread.yield();
            }
          }
        },
        () -> send(output, BYTES));
    assertThat(pool.pagesInUse()).isZero();
  }

  private void write(long total, int seed) {
    Random random = new Random(seed);
    byte[] part = new byte[20_000];
    for (long done = 0; done < total; ) {
      int n =
          (int) Math.min(1 + random.nextInt(random.nextInt(8) == 0 ? 20_000 : 700), total - done);
      for (int i = 0; i < n; i++) {
        part[i] = at(done + i);
      }
      switch (random.nextInt(4)) {
        case 0 -> buffer.malloc(n).put(part, 0, n);
        case 1 -> {
          buffer.malloc(n + 10).put(part, 0, n);
          buffer.mallocAck(buffer.mallocLength() - 10);
        }
        case 2 -> {
          ByteBuffer view = buffer.malloc(n);
          view.put(part, 0, n);
          buffer.writeInt(7);
          buffer.mallocAck(buffer.mallocLength() - 4);
        }
        default -> buffer.writeBinary(part, 0, n);
      }
      done += n;
      if (random.nextInt(4) != 0) {
        buffer.flush();
        throttle(BACKLOG);
      }
    }
    buffer.flush();
  }

  /**
   * Writes a message when the one before was consumed, so that both sides meet at the tail; what is
   * left after some seconds at once, since each step takes milliseconds where threads share one
   * processor with others.
   */
  private void writeInStep(long total) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    for (long done = 0; done < total; ) {
      int n = (int) Math.min(1 + done % 5, total - done);
      for (int i = 0; i < n; i++) {
        buffer.writeByte(at(done + i));
      }
      if (done % 3 == 0) {
        buffer.writeByte(0);
        buffer.mallocAck(n);
      }
      done += n;
      buffer.flush();
      throttle(System.nanoTime() < end ? 8 : BACKLOG);
      if (done % 7 == 0) {
        buffer.writeByte(1);
        buffer.mallocAck(0);
      }
    }
  }

  private void fill(long total) {
    Random random = new Random(10);
    Spans spans = new Spans(4);
    for (long done = 0; done < total; ) {
      buffer.reserve(1 << (8 + random.nextInt(9)), spans);
      int n = random.nextInt(3) == 0 ? 0 : random.nextInt(spans.bytes() + 1);
      n = (int) Math.min(n, total - done);
      for (int i = 0, left = n; left > 0; i++) {
        int run = Math.min(left, spans.length(i));
        ByteBuffer window = spans.buffer(i);
        for (int k = 0; k < run; k++) {
          window.put(at(done++));
        }
        left -= run;
      }
      buffer.commit(n);
      throttle(BACKLOG);
    }
    // The last reading comes empty.
    buffer.reserve(100, spans);
    buffer.commit(0);
  }

  private void throttle(int backlog) {
    while (buffer.written() - buffer.consumed() > backlog) {
      Thread.yield();
    }
  }

  private void read(long total, int seed, int most) throws Exception {
    Random random = new Random(seed);
    for (long done = 0; done < total; ) {
      int n = await(Math.min(1 + random.nextInt(most), total - done));
      switch (random.nextInt(4)) {
        case 0 -> verify(ByteBuffer.wrap(buffer.readBinary(n)), done);
        case 1 -> {
          verify(buffer.peek(n), done);
          buffer.skip(n);
        }
        default -> verify(buffer.next(n), done);
      }
      done += n;
      if (random.nextInt(3) != 0) {
        buffer.release();
      }
    }
    buffer.release();
  }

  private void send(long total) {
    send(buffer, total);
  }

  private static void send(LinkedBuffer output, long total) {
    Random random = new Random(11);
    Spans spans = new Spans(6);
    for (long done = 0; done < total; ) {
      int n = output.collect(spans);
      if (n == 0) {
        Thread.yield();
        continue;
      }
      int sent = random.nextBoolean() ? n : 1 + random.nextInt(n);
      for (int i = 0, left = sent; left > 0; i++) {
        ByteBuffer part = spans.buffer(i);
        part.limit(part.position() + Math.min(left, part.remaining()));
        left -= part.remaining();
        int size = part.remaining();
        verify(part, done);
        done += size;
      }
      output.acknowledge(sent);
    }
  }

  private int await(long n) {
    while (!buffer.request((int) n)) {
      Thread.yield();
    }
    return (int) n;
  }

  private static void verify(ByteBuffer view, long from) {
    int start = view.position();
    for (int i = 0; i < view.remaining(); i++) {
      if (view.get(start + i) != at(from + i)) {
        throw new AssertionError("byte " + (from + i) + " is wrong");
      }
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static void inParallel(Task... tasks) throws Exception {
    CompletableFuture<?>[] all = new CompletableFuture<?>[tasks.length];
    CompletableFuture<Object> failed = new CompletableFuture<>();
    for (int i = 0; i < tasks.length; i++) {
      Task task = tasks[i];
      CompletableFuture<Void> done = new CompletableFuture<>();
      all[i] = done;
      TestThreads.start(
          false,
          () -> {
            try {
              task.run();
              done.complete(null);
            } catch (Throwable e) {
              failed.completeExceptionally(e);
            }
          });
    }
    CompletableFuture.anyOf(CompletableFuture.allOf(all), failed).get(100, TimeUnit.SECONDS);
  }
}

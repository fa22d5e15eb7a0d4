package io.netpoll.testkit.contract;

import static java.net.StandardSocketOptions.SO_SNDBUF;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The output token: threads other than the leader send, one at a time for each connection. */
abstract class TokenContract extends PollerSuite {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void anotherThreadSendsWhileTheLeaderReads(SocketKind kind) throws Exception {
    int total = 8 * MIB;
    var pair = pair(kind, new RecordingEndpoint(2, 64 * 1024));
    final long expected = Bulk.write(pair.endpoint(), total);
    FutureTask<Long> reader = Background.start(() -> Bulk.checksumOf(pair.peer(), total));
    FutureTask<Void> writer =
        Background.start(
            () -> {
              ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
              for (int i = 0; i < 8; i++) {
                bytes.clear();
                while (bytes.hasRemaining()) {
                  pair.peer().write(bytes);
                }
              }
              return null;
            });
    FutureTask<Void> sender =
        Background.start(
            () -> {
              while (!pair.endpoint().send()) {
                Thread.onSpinWait();
              }
              return null;
            });
    pair.endpoint().resume();
    stage.until(
        () -> {
          // The leader changes what is watched all the time.
          pair.endpoint().pause();
          pair.endpoint().resume();
          return pair.endpoint().received.size() == total && reader.isDone() && sender.isDone();
        });
    sender.get();
    writer.get();
    assertThat(reader.get()).isEqualTo(expected);
  }

  @Test
  void manyThreadsSendOnManyConnectionsAtOnce() throws Exception {
    int count = 8;
    FutureTask<?>[] senders = new FutureTask<?>[count];
    FutureTask<?>[] readers = new FutureTask<?>[count];
    long[] expected = new long[count];
    for (int i = 0; i < count; i++) {
      var pair = pair();
      expected[i] = Bulk.write(pair.endpoint(), MIB + i);
      int total = MIB + i;
      readers[i] = Background.start(() -> Bulk.checksumOf(pair.peer(), total));
      senders[i] =
          Background.start(
              () -> {
                while (!pair.endpoint().send()) {
                  Thread.onSpinWait();
                }
                return null;
              });
    }
    for (int i = 0; i < count; i++) {
      senders[i].get();
      assertThat(readers[i].get()).isEqualTo(expected[i]);
    }
  }

  /**
   * As an engine does it: who flushes and finds the token free sends, and passes it to the poller
   * when the socket is full.
   */
  @ParameterizedTest
  @EnumSource
  void twoThreadsAndThePollerRaceForTheToken_everyPieceLeavesOnceAndInOrder(SocketKind kind)
      throws Exception {
    int pieces = 4000;
    var pair = pair(kind);
    if (provider().supportedOptions(kind == SocketKind.UNIX).contains(SO_SNDBUF)) {
      pair.handle().setOption(SO_SNDBUF, 4096); // full often
    }
    Race race = new Race(pair);
    FutureTask<Void> reader = Background.start(() -> race.readAll(2 * pieces));
    FutureTask<Void> one = Background.start(() -> race.writeAll(0, pieces));
    FutureTask<Void> two = Background.start(() -> race.writeAll(1, pieces));
    while (!reader.isDone()) {
      race.arm();
      // Waits without limit while nothing can be sent: a lost wake-up or event hangs here.
      stage.poller().poll(race.isOver(2 * pieces) ? 1_000_000 : Long.MAX_VALUE);
      stage.dispatch();
    }
    reader.get();
    one.get();
    two.get();
  }

  /** Pieces of a few bytes: the writer's number, a sequence number, the length of a filling. */
  private final class Race {
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int POLLER = 2;

    private final SocketPair pair;
    private final AtomicInteger token = new AtomicInteger();
    private final AtomicBoolean passed = new AtomicBoolean();
    private final AtomicInteger written = new AtomicInteger();

    Race(SocketPair pair) {
      this.pair = pair;
      pair.endpoint().release =
          () -> {
            token.set(FREE);
            return !(pair.endpoint().hasUnsent() && token.compareAndSet(FREE, POLLER));
          };
    }

    Void writeAll(int writer, int pieces) throws IOException {
      for (int i = 0; i < pieces; i++) {
        int filling = i % 100;
        byte[] piece = new byte[6 + filling];
        ByteBuffer.wrap(piece).put((byte) writer).putInt(i).put((byte) filling);
        pair.endpoint().write(PlainPage.of(piece), 0, piece.length);
        flush();
        written.incrementAndGet();
      }
      stage.poller().wakeup();
      return null;
    }

    private void flush() throws IOException {
      while (pair.endpoint().hasUnsent() && token.compareAndSet(FREE, HELD)) {
        if (!pair.endpoint().send()) {
          token.set(POLLER);
          passed.set(true);
          stage.poller().wakeup();
          return;
        }
        token.set(FREE);
      }
    }

    void arm() {
      if (passed.getAndSet(false)) {
        pair.handle().watchOutput();
      }
    }

    boolean isOver(int pieces) {
      return written.get() == pieces && !pair.endpoint().hasUnsent();
    }

    Void readAll(int pieces) throws IOException {
      DataInputStream in =
          new DataInputStream(
              new BufferedInputStream(Channels.newInputStream(pair.peer()), 16 << 10));
      int[] next = new int[2];
      for (int i = 0; i < pieces; i++) {
        int writer = in.readByte();
        assertThat(in.readInt()).isEqualTo(next[writer]++);
        int filling = in.readByte();
        assertThat(in.readNBytes(filling)).hasSize(filling);
      }
      stage.poller().wakeup();
      return null;
    }
  }
}

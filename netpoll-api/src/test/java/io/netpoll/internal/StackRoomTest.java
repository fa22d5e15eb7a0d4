package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether there is as much room as was looked for, interpreted and compiled. */
class StackRoomTest {
  private static final long STACK = 1 << 20;

  /** More than the frame of a small method takes, interpreted. */
  private static final int LARGEST_FRAME = 256;

  enum Room {
    BUFFER(4 << 10) {
      @Override
      void look() {
        StackRoom.forABuffer();
      }
    },
    CONNECTION(8 << 10) {
      @Override
      void look() {
        StackRoom.forAConnection();
      }
    },
    WAIT(16 << 10) {
      @Override
      void look() {
        StackRoom.forAWait();
      }
    },
    LOOP(64 << 10) {
      @Override
      void look() {
        StackRoom.forALoop();
      }
    };

    final int bytes;

    Room(int bytes) {
      this.bytes = bytes;
    }

    abstract void look();
  }

  @Test
  void theFramesCanBeMade() {
    assertThat(StackRoom.Frames.make().getClass()).isNotEqualTo(StackRoom.Frames.class);
  }

  /** Whoever was let pass once can go on from there. */
  @ParameterizedTest
  @EnumSource
  void whoIsLetPass_hasTheRoom(Room room) throws Exception {
    AtomicInteger failed = new AtomicInteger();
    for (int round = 0; round < 4; round++) { // more and more of it compiled
      nearTheEnd(
          depth ->
              recurseAndDo(
                  depth,
                  () -> {
                    room.look();
                    try {
                      recurse(room.bytes / LARGEST_FRAME);
                    } catch (StackOverflowError e) {
                      failed.incrementAndGet();
                      throw e;
                    }
                  }));
    }
    assertThat(failed).hasValue(0);
  }

  private interface Recursion {
    int to(int depth);
  }

  private static int recurse(int depth) {
    return depth == 0 ? 0 : recurse(depth - 1) + 1;
  }

  private static int recurseAndDo(int depth, Runnable last) {
    if (depth == 0) {
      last.run();
      return 0;
    }
    return recurseAndDo(depth - 1, last) + 1;
  }

  /** Tries depths around the one where a thread has no stack left. */
  private static void nearTheEnd(Recursion recursion) throws InterruptedException {
    Thread thread =
        new Thread(
            null,
            () -> {
              int most = 1 << 17;
              int least = 0;
              while (least < most) {
                int middle = (least + most + 1) / 2;
                try {
                  recursion.to(middle);
                  least = middle;
                } catch (StackOverflowError e) {
                  most = middle - 1;
                }
              }
            },
            "deep",
            STACK);
    thread.start();
    thread.join();
  }
}

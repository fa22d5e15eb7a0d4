package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Reader;
import io.netpoll.it.Frames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * A blocking client of an echo server, on a thread of its own: sends frames drawn from a seed, one
 * by one or all at once, and compares what comes back, byte by byte, up to the end or to the
 * exception that it gets in place of the rest.
 */
final class EchoCaller {
  private static final int MOST_FRAMES = 12;

  private final List<byte[]> payloads = new ArrayList<>();
  private final byte[] answers;
  private final boolean pipelined;
  private int received;
  private int done;

  EchoCaller(Random random) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int count = 1 + random.nextInt(MOST_FRAMES);
    for (int i = 0; i < count; i++) {
      byte[] payload = Frames.payload(random.nextLong(), random.nextInt(1 << random.nextInt(15)));
      payloads.add(payload);
      all.writeBytes(Frames.frame(payload));
    }
    answers = all.toByteArray();
    pipelined = random.nextBoolean();
  }

  int frames() {
    return payloads.size();
  }

  /**
   * Calls the server.
   *
   * @param answered counted down once for each frame, whatever becomes of it
   * @return whether all answers came
   * @throws AssertionError if a byte is wrong, or what ended it is no exception that says why
   */
  boolean call(Connection connection, CountDownLatch answered) {
    try {
      if (pipelined) {
        for (byte[] payload : payloads) {
          Frames.send(connection, payload);
        }
      }
      for (byte[] payload : payloads) {
        if (!pipelined) {
          Frames.send(connection, payload);
        }
        expect(connection.reader(), payload);
        answered.countDown();
        done++;
      }
      return true;
    } catch (IOException ended) {
      assertThat(ended.getMessage()).as("%s", ended.getClass()).isNotBlank();
      assertThatTheRestIsRight(connection.reader());
      return false;
    } finally {
      giveUp(answered);
    }
  }

  /** Counts the frames down that got no answer. */
  void giveUp(CountDownLatch answered) {
    for (; done < payloads.size(); done++) {
      answered.countDown();
    }
  }

  private void expect(Reader in, byte[] payload) throws IOException {
    assertThat(in.readInt()).isEqualTo(payload.length);
    received += Integer.BYTES;
    assertThat(in.readBinary(payload.length)).isEqualTo(payload);
    received += payload.length;
    in.release();
  }

  /** A call that failed has consumed nothing; what has come is the beginning of what was due. */
  private void assertThatTheRestIsRight(Reader in) {
    int left = in.length();
    try {
      assertThat(in.readBinary(left))
          .isEqualTo(Arrays.copyOfRange(answers, received, received + left));
    } catch (IOException e) {
      throw new AssertionError(left + " bytes are buffered, but cannot be read.", e);
    }
  }
}

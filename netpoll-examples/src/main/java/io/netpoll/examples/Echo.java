package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * The echo service: a frame is a 4-byte big-endian length and that many bytes, and is sent back
 * unchanged. Its two handlers do the same; {@link #blocking} waits for what is missing, {@link
 * #available} never waits. One instance serves all connections, and has no state.
 *
 * @param maxFrame the longest payload accepted, in bytes
 * @param burnMicros how long each request computes
 * @param sleepMillis how long each request sleeps
 */
record Echo(int maxFrame, long burnMicros, long sleepMillis) {

  /** Reads one frame, waiting for the rest of it where it is not there yet, and answers it. */
  void blocking(Connection connection) throws Exception {
    Reader in = connection.reader();
    int length = in.readInt();
    if (refused(length, connection)) {
      connection.close();
      return;
    }
    ByteBuffer payload = in.next(length);
    work();
    answer(connection.writer(), payload);
    connection.writer().flush();
  }

  /** Answers every frame that is there as a whole, and sends the answers together. */
  void available(Connection connection) throws Exception {
    Reader in = connection.reader();
    Writer out = connection.writer();
    boolean answered = false;
    boolean refused = false;
    while (in.request(Integer.BYTES)) {
      int length = in.peekInt();
      if (refused(length, connection)) {
        refused = true;
        break;
      }
      if (!in.request(Integer.BYTES + length)) {
        break;
      }
      in.skip(Integer.BYTES);
      ByteBuffer payload = in.next(length);
      work();
      answer(out, payload);
      answered = true;
    }
    if (answered) {
      out.flush();
    }
    if (refused) {
      connection.close();
    }
  }

  private static void answer(Writer out, ByteBuffer payload) {
    out.writeInt(payload.remaining());
    out.writeBinary(payload);
  }

  private boolean refused(int length, Connection connection) {
    if (length >= 0 && length <= maxFrame) {
      return false;
    }
    System.getLogger("io.netpoll.examples")
        .log(
            Level.WARNING,
            () ->
                "Closed the connection of "
                    + AddressOptions.describe(connection.remoteAddress())
                    + ": it announced a frame of "
                    + Integer.toUnsignedString(length)
                    + " bytes, and "
                    + maxFrame
                    + " are allowed.");
    return true;
  }

  private void work() throws InterruptedException {
    if (burnMicros > 0) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < burnMicros * 1000) {
        Thread.onSpinWait();
      }
    }
    if (sleepMillis > 0) {
      Thread.sleep(sleepMillis);
    }
  }
}

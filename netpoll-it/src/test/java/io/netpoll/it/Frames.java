package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** The frames of the echo service: a 4-byte length and a payload. */
public final class Frames {
  private Frames() {}

  /** A payload that only this seed gives. */
  public static byte[] payload(long seed, int size) {
    byte[] payload = new byte[size];
    new SplittableRandom(seed).nextBytes(payload);
    return payload;
  }

  /** The frame that carries a payload. */
  public static byte[] frame(byte[] payload) {
    return ByteBuffer.allocate(Integer.BYTES + payload.length)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  public static void send(Connection connection, byte[] payload) throws IOException {
    connection.writer().writeInt(payload.length);
    connection.writer().writeBinary(payload);
    connection.writer().flush();
  }

  public static void expect(Connection connection, byte[] payload) throws IOException {
    assertThat(connection.reader().readInt()).isEqualTo(payload.length);
    assertThat(connection.reader().readBinary(payload.length)).isEqualTo(payload);
    connection.reader().release();
  }

  public static void exchange(Connection connection, byte[] payload) throws IOException {
    send(connection, payload);
    expect(connection, payload);
  }

  /** Echoes one payload on a plain socket. */
  public static void exchangeOnce(Socket socket, byte[] payload) throws IOException {
    socket.getOutputStream().write(frame(payload));
    DataInputStream in = new DataInputStream(socket.getInputStream());
    assertThat(in.readInt()).isEqualTo(payload.length);
    assertThat(in.readNBytes(payload.length)).isEqualTo(payload);
  }

  /**
   * Echoes payloads on a plain socket until the server closes it, in order or by reset, and not in
   * the middle of an answer. What comes back must be right.
   *
   * @param number makes the payloads this client's own
   * @param afterFirst runs after the first answer
   */
  static void exchangeUntilClosed(Socket socket, int number, Runnable afterFirst)
      throws IOException {
    for (long sequence = 0; ; sequence++) {
      byte[] frame = frame(payload((long) number << 32 | sequence, 1000));
      byte[] answer = new byte[frame.length];
      int came = 0;
      try {
        socket.getOutputStream().write(frame);
        for (int n; came < answer.length; came += n) {
          n = socket.getInputStream().read(answer, came, answer.length - came);
          if (n < 0) {
            break;
          }
        }
      } catch (SocketException closed) {
        // Then nothing more comes.
      }
      if (came == 0) {
        return;
      }
      assertThat(answer).as("whole answer, of which %d bytes came", came).isEqualTo(frame);
      if (sequence == 0) {
        afterFirst.run();
      }
    }
  }
}

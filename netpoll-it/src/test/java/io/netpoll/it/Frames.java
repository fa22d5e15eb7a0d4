package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** The frames of the echo service: a 4-byte length and a payload. */
final class Frames {
  private Frames() {}

  /** A payload that only this seed gives. */
  static byte[] payload(long seed, int size) {
    byte[] payload = new byte[size];
    new SplittableRandom(seed).nextBytes(payload);
    return payload;
  }

  /** The frame that carries a payload. */
  static byte[] frame(byte[] payload) {
    return ByteBuffer.allocate(Integer.BYTES + payload.length)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  static void send(Connection connection, byte[] payload) throws IOException {
    connection.writer().writeInt(payload.length);
    connection.writer().writeBinary(payload);
    connection.writer().flush();
  }

  static void expect(Connection connection, byte[] payload) throws IOException {
    assertThat(connection.reader().readInt()).isEqualTo(payload.length);
    assertThat(connection.reader().readBinary(payload.length)).isEqualTo(payload);
    connection.reader().release();
  }

  static void exchange(Connection connection, byte[] payload) throws IOException {
    send(connection, payload);
    expect(connection, payload);
  }

  /**
   * Echoes payloads on a plain socket until the server closes it, in order or by reset. What comes
   * back must be right.
   *
   * @param number makes the payloads this client's own
   * @param afterFirst runs after the first answer
   */
  static void exchangeUntilClosed(Socket socket, int number, Runnable afterFirst)
      throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (long sequence = 0; ; sequence++) {
      byte[] payload = payload((long) number << 32 | sequence, 1000);
      byte[] answer;
      try {
        socket.getOutputStream().write(frame(payload));
        answer = new byte[in.readInt()];
        in.readFully(answer);
      } catch (EOFException | SocketException closed) {
        return;
      }
      assertThat(answer).isEqualTo(payload);
      if (sequence == 0) {
        afterFirst.run();
      }
    }
  }
}

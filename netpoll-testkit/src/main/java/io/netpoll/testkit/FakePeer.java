package io.netpoll.testkit;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The other end of a connection, as a test holds it. Thread-safe. */
public final class FakePeer implements AutoCloseable {
  private final Side side;

  /** How the library's side ended its output. */
  public enum End {
    /** In order. */
    FIN,
    /** With a reset: what was not received is lost. */
    RST
  }

  FakePeer(Side side) {
    this.side = side;
  }

  /**
   * Sends bytes. Never waits: the other direction's window does not bound it.
   *
   * @param bytes what to send
   * @throws IOException if the library's side reset the connection, or this output is closed
   */
  public void send(byte[] bytes) throws IOException {
    side.write(ByteBuffer.wrap(bytes), true);
  }

  /**
   * Sends text in UTF-8.
   *
   * @param text what to send
   * @throws IOException as {@link #send(byte[])}
   */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Waits for bytes and takes them, which makes room for more.
   *
   * @param bytes how many
   * @param timeout how long to wait for all of them
   * @return exactly so many
   * @throws AssertionError if they did not come in time, or the connection ended before; says what
   *     came
   * @throws InterruptedException if interrupted
   */
  public byte[] receive(int bytes, Duration timeout) throws InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(bytes);
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (into.hasRemaining()) {
      boolean inTime = side.await(left(deadline), side::isReadable);
      if (!inTime) {
        throw incomplete(into, "within " + TimeUnit.MILLISECONDS.convert(timeout) + " ms");
      }
      if (!takeInto(into)) {
        throw incomplete(into, "before the end of the connection");
      }
    }
    return into.array();
  }

  /**
   * Waits for bytes and takes them as UTF-8 text.
   *
   * @param bytes how many
   * @param timeout how long to wait for all of them
   * @return the text
   * @throws AssertionError as {@link #receive}
   * @throws InterruptedException if interrupted
   */
  public String receiveText(int bytes, Duration timeout) throws InterruptedException {
    return new String(receive(bytes, timeout), StandardCharsets.UTF_8);
  }

  private boolean takeInto(ByteBuffer into) {
    try {
      return side.read(into) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private AssertionError incomplete(ByteBuffer came, String when) {
    int count = Math.min(came.position(), 64);
    return new AssertionError(
        "Only "
            + came.position()
            + " of "
            + came.capacity()
            + " bytes came "
            + when
            + " ("
            + side
            + "): "
            + HexFormat.of().formatHex(came.array(), 0, count)
            + (count < came.position() ? "…" : ""));
  }

  /**
   * How many bytes wait to be received.
   *
   * @return the number, without waiting
   */
  public int received() {
    return side.available();
  }

  /**
   * How many of the bytes sent from here the library has not read yet: they stay when its input is
   * paused.
   *
   * @return the number, without waiting
   */
  public int unreadByLibrary() {
    return side.other().available();
  }

  /**
   * Sets how many bytes the simulated kernel takes from the library's side before its socket is
   * full: those that were sent and not yet {@linkplain #receive received}. 64 KiB at first.
   *
   * @param bytes how many; 0 lets nothing through
   */
  public void setWindow(int bytes) {
    side.setWindow(bytes);
  }

  /**
   * Waits until the library's side has ended its output.
   *
   * @param timeout how long
   * @return how
   * @throws AssertionError if it did not in time
   * @throws InterruptedException if interrupted
   */
  public End awaitEnd(Duration timeout) throws InterruptedException {
    if (!side.await(timeout, () -> side.isReset() || side.isInputEnded())) {
      throw new AssertionError(
          "The connection did not end within "
              + TimeUnit.MILLISECONDS.convert(timeout)
              + " ms ("
              + side
              + ").");
    }
    return side.isReset() ? End.RST : End.FIN;
  }

  /**
   * Sends FIN and goes on receiving.
   *
   * @throws IOException if the library's side reset the connection
   */
  public void closeOutput() throws IOException {
    side.shutdownOutput();
  }

  /** Closes: with FIN, or as TCP does with RST if something was not received. */
  @Override
  public void close() {
    side.close();
  }

  /** Closes with RST (with FIN on a Unix-domain socket). */
  public void reset() {
    side.abort();
  }

  /**
   * This end's address.
   *
   * @return the address that the library's side sees as remote
   */
  public SocketAddress localAddress() {
    return side.local;
  }

  /**
   * The library's address.
   *
   * @return the address that the library's side sees as local
   */
  public SocketAddress remoteAddress() {
    return side.remote;
  }

  /**
   * The options that the library has set on its socket.
   *
   * @return a copy
   */
  public Map<SocketOption<?>, Object> optionsOfLibrarySide() {
    return Map.copyOf(side.other().options);
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }
}

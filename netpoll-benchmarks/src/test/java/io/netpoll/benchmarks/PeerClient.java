package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netpoll.benchmarks.rpc.Message;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** A blocking connection to a peer, for tests. */
final class PeerClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final DataInputStream in;

  PeerClient(Peer peer) throws IOException {
    this(peer, 0);
  }

  /** With a receive buffer of so many bytes, or as many as the system chooses where that is 0. */
  PeerClient(Peer peer, int receiveBuffer) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(peer.address(), PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Any free port of the loopback. */
  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Starts a peer, or leaves the test out where the peer cannot be used. */
  static Peer open(PeerName name, PeerSettings settings) throws Exception {
    try {
      return Peers.open(name, settings);
    } catch (UnsupportedOperationException e) {
      assumeThat(false).as(e.getMessage()).isTrue();
      throw e;
    }
  }

  /** Bytes that look random, and are the same for the same size. */
  static byte[] payload(int size) {
    byte[] payload = new byte[size];
    new SplittableRandom(size).nextBytes(payload);
    return payload;
  }

  static byte[] frame(byte[] payload) {
    return ByteBuffer.allocate(Integer.BYTES + payload.length)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  static byte[] bytes(Message message) {
    return ByteBuffer.allocate(message.length())
        .putLong(message.id())
        .putInt(message.method())
        .put(message.body())
        .array();
  }

  void setTcpNoDelay() throws IOException {
    socket.setTcpNoDelay(true);
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(Message message) throws IOException {
    send(frame(bytes(message)));
  }

  Message receive() throws IOException {
    int length = in.readInt();
    return new Message(in.readLong(), in.readInt(), in.readNBytes(length - Message.HEADER));
  }

  void assertReceives(byte[] payload) throws IOException {
    assertThat(in.readInt()).isEqualTo(payload.length);
    assertThat(in.readNBytes(payload.length)).isEqualTo(payload);
  }

  void assertReceives(Message message) throws IOException {
    assertReceives(bytes(message));
  }

  void assertEnd() throws IOException {
    assertThat(in.read()).isEqualTo(-1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

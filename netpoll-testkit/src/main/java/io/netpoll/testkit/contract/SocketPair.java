package io.netpoll.testkit.contract;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A connection of two ends: one that a poller watches, and a blocking channel of the test's.
 *
 * @param endpoint gets the events of the first end
 * @param peer the other end
 */
public record SocketPair(RecordingEndpoint endpoint, SocketChannel peer) {
  /**
   * Connects a socket that a poller watches, paused, with a channel of the test's.
   *
   * @param stage has the poller, and closes both at the end
   * @param kind of socket; the test is skipped if the backend has none of it
   * @param directory for the files of Unix sockets
   * @param endpoint gets the socket's events
   * @return both ends
   * @throws IOException if the system refuses
   */
  public static SocketPair open(
      PollerStage stage, SocketKind kind, Path directory, RecordingEndpoint endpoint)
      throws IOException {
    return open(stage, kind, directory, endpoint, socket -> socket);
  }

  /** What is done with an accepted socket before it is watched. */
  interface Passing {
    StreamSocket pass(StreamSocket socket) throws IOException;
  }

  static SocketPair open(
      PollerStage stage,
      SocketKind kind,
      Path directory,
      RecordingEndpoint endpoint,
      Passing passing)
      throws IOException {
    kind.assumeProvidedBy(stage.provider());
    boolean unix = kind == SocketKind.UNIX;
    SocketAddress address = kind.free(unix ? Files.createTempDirectory(directory, "") : directory);
    try (ListenSocket listening = stage.provider().bind(address, 1)) {
      SocketChannel peer = stage.keep(SocketChannel.open(listening.localAddress()));
      RecordingAcceptor acceptor = new RecordingAcceptor();
      Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
      stage.until(() -> !acceptor.sockets.isEmpty());
      handle.close();
      stage.until(acceptor::isClosed);
      StreamSocket socket = passing.pass(acceptor.sockets.remove());
      return new SocketPair(stage.attach(socket, endpoint), peer);
    }
  }

  /**
   * The handle of the first end.
   *
   * @return as the endpoint has it
   */
  public Handle handle() {
    return endpoint.handle();
  }

  /**
   * Sends from the peer, waiting until the system has taken all.
   *
   * @param text encoded as UTF-8
   * @throws IOException if sending fails
   */
  public void peerSends(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      peer.write(bytes);
    }
  }

  /**
   * Receives at the peer, waiting for as many bytes or the end.
   *
   * @param bytes how many
   * @return what came, decoded as UTF-8
   * @throws IOException if receiving fails
   */
  public String peerReads(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining() && peer.read(buffer) >= 0) {}
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
  }

  /**
   * Writes to the first end until its socket takes no more.
   *
   * @return how many bytes were queued, of which the last are unsent
   * @throws IOException if sending fails
   */
  public int fill() throws IOException {
    PlainPage page = new PlainPage(64 << 10);
    int queued = 0;
    do {
      endpoint.write(page, 0, page.size());
      queued += page.size();
    } while (endpoint().send());
    return queued;
  }
}

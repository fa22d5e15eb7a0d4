package io.netpoll.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sockets of the JDK with a read timeout, as callers have it that must not wait for ever: one write
 * a request, and one read an answer where it comes in one piece.
 */
record JdkSocketClient(InetSocketAddress server) implements MessageClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public MessageLine open() throws IOException {
    Socket socket = new Socket(server.getAddress(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return new SocketLine(socket);
  }

  @Override
  public void close() {}

  private static final class SocketLine extends BlockingLine {
    private final Socket socket;

    SocketLine(Socket socket) {
      super(ByteBuffer::allocate);
      this.socket = socket;
    }

    @Override
    void send(ByteBuffer frame) throws IOException {
      socket.getOutputStream().write(frame.array(), frame.position(), frame.remaining());
    }

    @Override
    int receive(ByteBuffer into) throws IOException {
      int read = socket.getInputStream().read(into.array(), into.position(), into.remaining());
      if (read > 0) {
        into.position(into.position() + read);
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import java.io.EOFException;
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

  private static final class SocketLine implements MessageLine {
    private final Socket socket;
    private ByteBuffer out = ByteBuffer.allocate(4096);
    private ByteBuffer in = ByteBuffer.allocate(4096);

    SocketLine(Socket socket) {
      this.socket = socket;
    }

    @Override
    public void echo(byte[] payload) throws IOException {
      makeRoom(payload.length);
      out.putInt(payload.length).put(payload);
      int length = exchange(payload.length);
      if (length != payload.length || !in.equals(ByteBuffer.wrap(payload))) {
        throw EchoClient.wrong(payload.length, length);
      }
    }

    @Override
    public Message call(Message request) throws IOException {
      makeRoom(request.length());
      request.write(out);
      return Message.read(in, exchange(request.length()));
    }

    private void makeRoom(int payload) {
      int frame = Integer.BYTES + payload;
      if (frame > out.capacity()) {
        out = ByteBuffer.allocate(frame);
        in = ByteBuffer.allocate(frame);
      }
      out.clear();
    }

    /**
     * Sends what was put into {@link #out}, and receives as much; returns the length it begins
     * with.
     */
    private int exchange(int payload) throws IOException {
      int bytes = out.position();
      socket.getOutputStream().write(out.array(), 0, bytes);
      int answer = Integer.BYTES + payload;
      for (int read = 0; read < answer; ) {
        int some = socket.getInputStream().read(in.array(), read, answer - read);
        if (some < 0) {
          throw new EOFException("The server closed the connection instead of answering.");
        }
        read += some;
      }
      in.clear().limit(answer);
      return in.getInt();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

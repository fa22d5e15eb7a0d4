package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Blocking socket channels of the JDK with direct buffers, which spare a copy: one write a request,
 * and one read an answer where it comes in one piece.
 */
record JdkClient(InetSocketAddress server) implements MessageClient {

  @Override
  public MessageLine open() throws IOException {
    SocketChannel channel = SocketChannel.open(server);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return new JdkLine(channel);
  }

  @Override
  public void close() {}

  private static final class JdkLine implements MessageLine {
    private final SocketChannel channel;
    private ByteBuffer out = ByteBuffer.allocateDirect(4096);
    private ByteBuffer in = ByteBuffer.allocateDirect(4096);

    JdkLine(SocketChannel channel) {
      this.channel = channel;
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
        out = ByteBuffer.allocateDirect(frame);
        in = ByteBuffer.allocateDirect(frame);
      }
      out.clear();
    }

    /**
     * Sends what was put into {@link #out}, and receives as much; returns the length it begins
     * with.
     */
    private int exchange(int payload) throws IOException {
      out.flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      receive(Integer.BYTES + payload);
      in.flip();
      return in.getInt();
    }

    private void receive(int bytes) throws IOException {
      in.clear().limit(bytes);
      while (in.hasRemaining()) {
        if (channel.read(in) < 0) {
          throw new EOFException("The server closed the connection instead of answering.");
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}

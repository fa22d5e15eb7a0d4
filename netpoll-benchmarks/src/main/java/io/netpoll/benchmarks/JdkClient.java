package io.netpoll.benchmarks;

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

  private static final class JdkLine extends BlockingLine {
    private final SocketChannel channel;

    JdkLine(SocketChannel channel) {
      super(ByteBuffer::allocateDirect);
      this.channel = channel;
    }

    @Override
    void send(ByteBuffer frame) throws IOException {
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
    }

    @Override
    int receive(ByteBuffer into) throws IOException {
      return channel.read(into);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}

package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Promise;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Netty's client: a caller writes its request from its own thread and waits for a promise, which
 * the event loop completes with the answer.
 */
final class NettyClient implements MessageClient {
  private static final int PATIENCE_MILLIS = 5000;

  private final EventLoopGroup loops;
  private final Bootstrap bootstrap;

  NettyClient(InetSocketAddress server, int loops, NettyTransport transport) {
    this.loops = transport.loops(loops);
    bootstrap =
        transport.dialer(
            this.loops,
            server,
            PATIENCE_MILLIS,
            pipeline -> pipeline.addLast(FrameEcho.decoder(), new Answers()));
  }

  @Override
  public MessageLine open() throws InterruptedException {
    Channel channel = bootstrap.connect().sync().channel();
    return new NettyLine(channel, channel.pipeline().get(Answers.class));
  }

  @Override
  public void close() {
    loops
        .shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(PATIENCE_MILLIS);
  }

  /**
   * Completes the promise of the request that is under way. The caller sets it and then looks
   * whether the channel is active; the event loop makes it inactive and then takes the promise. So
   * one of the two sees the other.
   */
  private static final class Answers extends ChannelInboundHandlerAdapter {
    volatile @Nullable Promise<ByteBuf> awaited;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf answer = (ByteBuf) message;
      Promise<ByteBuf> promise = awaited;
      awaited = null;
      if (promise == null || !promise.trySuccess(answer)) {
        answer.release();
        context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      Promise<ByteBuf> promise = awaited;
      if (promise != null) {
        promise.tryFailure(
            new EOFException("The server closed the connection instead of answering."));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      Promise<ByteBuf> promise = awaited;
      if (promise != null) {
        promise.tryFailure(cause);
      }
      context.close();
    }
  }

  private record NettyLine(Channel channel, Answers answers) implements MessageLine {
    @Override
    public Message call(Message request) throws IOException, InterruptedException {
      ByteBuf frame = channel.alloc().directBuffer(Integer.BYTES + request.length());
      request.write(frame);
      ByteBuf answer = exchange(frame);
      try {
        return Message.read(answer, answer.readableBytes());
      } finally {
        answer.release();
      }
    }

    @Override
    public void echo(byte[] payload) throws IOException, InterruptedException {
      ByteBuf frame = channel.alloc().directBuffer(Integer.BYTES + payload.length);
      frame.writeInt(payload.length).writeBytes(payload);
      ByteBuf answer = exchange(frame);
      try {
        if (!answer.equals(Unpooled.wrappedBuffer(payload))) {
          throw EchoClient.wrong(payload.length, answer.readableBytes());
        }
      } finally {
        answer.release();
      }
    }

    /** Sends a frame, and waits for the payload that comes back, which the caller releases. */
    private ByteBuf exchange(ByteBuf frame) throws IOException, InterruptedException {
      Promise<ByteBuf> promise = channel.eventLoop().newPromise();
      answers.awaited = promise;
      if (!channel.isActive()) {
        frame.release();
        throw new EOFException("The connection is closed.");
      }
      channel.writeAndFlush(frame, channel.voidPromise());
      return promise.sync().getNow();
    }

    @Override
    public void close() {
      channel.close().awaitUninterruptibly();
    }
  }
}

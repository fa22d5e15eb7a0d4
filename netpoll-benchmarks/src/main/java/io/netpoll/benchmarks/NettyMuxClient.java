package io.netpoll.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The multiplexer as Netty's users write it: a caller registers its call under an id, writes the
 * request from its own thread, and waits for a future, which the event loop completes with the
 * answer. Flushes of requests that wait for the loop together are made one by {@link
 * FlushConsolidationHandler}.
 */
final class NettyMuxClient implements EchoClient {
  private static final int PATIENCE_MILLIS = 5000;
  private static final int MOST_FLUSHES = 256; // as many as Netty takes by default

  private final EventLoopGroup loops;
  private final List<Channel> channels = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  NettyMuxClient(InetSocketAddress server, int connections, int loops, NettyTransport transport)
      throws InterruptedException {
    this.loops = transport.loops(loops);
    Bootstrap bootstrap =
        transport.dialer(this.loops, server, PATIENCE_MILLIS, NettyMuxClient::multiplex);
    for (int i = 0; i < connections; i++) {
      channels.add(bootstrap.connect().sync().channel());
    }
  }

  private static void multiplex(ChannelPipeline pipeline) {
    pipeline.addLast(
        new FlushConsolidationHandler(MOST_FLUSHES, true), FrameEcho.decoder(), new Calls());
  }

  @Override
  public Line open() {
    return new MuxLine(this);
  }

  private Channel next() {
    return channels.get(Math.floorMod(turn.getAndIncrement(), channels.size()));
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
    loops
        .shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(PATIENCE_MILLIS);
  }

  /**
   * The calls of one connection. A caller adds its call and then looks whether the channel is
   * active; the event loop makes it inactive and then fails the calls. So one sees the other.
   */
  private static final class Calls extends ChannelInboundHandlerAdapter {
    private final Map<Long, CompletableFuture<ByteBuf>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();

    ByteBuf call(Channel channel, byte[] request) throws IOException, InterruptedException {
      long id = ids.incrementAndGet();
      CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
      waiting.put(id, answer);
      try {
        if (!channel.isActive()) {
          throw new EOFException("The connection is closed.");
        }
        ByteBuf frame = channel.alloc().directBuffer(Integer.BYTES + Long.BYTES + request.length);
        frame.writeInt(Long.BYTES + request.length).writeLong(id).writeBytes(request);
        channel.writeAndFlush(frame, channel.voidPromise());
        return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        throw new IOException("No answer came within " + PATIENCE_MILLIS + " ms.", e);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause().getMessage(), e.getCause());
      } finally {
        waiting.remove(id);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf answer = (ByteBuf) message;
      CompletableFuture<ByteBuf> call = waiting.remove(answer.readLong());
      if (call == null || !call.complete(answer)) {
        answer.release();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      fail(new EOFException("The server closed the connection instead of answering."));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause);
      context.close();
    }

    private void fail(Throwable cause) {
      waiting.values().forEach(call -> call.completeExceptionally(cause));
    }
  }

  private record MuxLine(NettyMuxClient client) implements Line {
    @Override
    public void echo(byte[] payload) throws IOException, InterruptedException {
      Channel channel = client.next();
      ByteBuf answer = channel.pipeline().get(Calls.class).call(channel, payload);
      try {
        if (!answer.equals(Unpooled.wrappedBuffer(payload))) {
          throw EchoClient.wrong(payload.length, answer.readableBytes());
        }
      } finally {
        answer.release();
      }
    }

    /** The connections are everybody's. */
    @Override
    public void close() {}
  }
}

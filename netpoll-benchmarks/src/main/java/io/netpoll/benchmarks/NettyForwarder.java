package io.netpoll.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Forwards what its channel reads to another one, on the same event loop. Reads on demand: what one
 * read brought is flushed once, and the next read is asked for while the other channel is writable.
 */
final class NettyForwarder extends ChannelInboundHandlerAdapter {
  private final @Nullable InetSocketAddress target;
  private final Class<? extends Channel> type;
  private @Nullable Channel other;

  /** For an accepted channel, which dials {@code target}. */
  NettyForwarder(InetSocketAddress target, Class<? extends Channel> type) {
    this.target = target;
    this.type = type;
  }

  private NettyForwarder(Channel other) {
    this.target = null;
    this.type = other.getClass();
    this.other = other;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (target == null) {
      context.read();
      return;
    }
    Channel here = context.channel();
    ChannelFuture dialled =
        new Bootstrap()
            .group(here.eventLoop())
            .channel(type)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(new NettyForwarder(here))
            .connect(target);
    other = dialled.channel();
    dialled.addListener(
        done -> {
          if (done.isSuccess()) {
            here.read();
          } else {
            here.close();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    other.write(message, other.voidPromise());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    other.flush();
    if (other.isWritable()) {
      context.read();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      other.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      other
          .writeAndFlush(context.alloc().buffer(0))
          .addListener((ChannelFutureListener) done -> ((DuplexChannel) other).shutdownOutput());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    other.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}

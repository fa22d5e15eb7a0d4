package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * The least that a user writes for an echo server on Netty, to measure how long it takes to start:
 * {@code StartUpNetty epoll|nio PORT}. It answers on the event loop, in the way of the fastest
 * peer.
 */
public final class StartUpNetty extends ChannelInitializer<Channel> {
  private StartUpNetty() {}

  /**
   * Serves until the process ends.
   *
   * @param args epoll or nio, and a port
   */
  public static void main(String[] args) throws InterruptedException {
    ServerBootstrap server = new ServerBootstrap();
    if (args[0].equals("epoll")) {
      server.group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()));
      server.channel(EpollServerSocketChannel.class);
    } else {
      server.group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
      server.channel(NioServerSocketChannel.class);
    }
    server.childOption(ChannelOption.TCP_NODELAY, true).childHandler(new StartUpNetty());
    server.bind("127.0.0.1", Integer.parseInt(args[1])).sync().channel().closeFuture().sync();
  }

  @Override
  protected void initChannel(Channel channel) {
    channel.pipeline().addLast(new LoopEcho(Work.NONE));
  }
}

package io.netpoll.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One of Netty's ways to reach sockets.
 *
 * @param handlers makes what an event loop polls with
 * @param listener the class of listening channels
 * @param channel the class of channels that connect
 * @param hasBufferRing whether accepted channels receive into the buffers of a ring
 */
record NettyTransport(
    IoHandlerFactory handlers,
    Class<? extends ServerChannel> listener,
    Class<? extends Channel> channel,
    boolean hasBufferRing) {
  private static final short BUFFER_GROUP = 1;
  private static final short BUFFERS = 512;
  private static final int BUFFERS_AT_ONCE = 64;
  private static final int BUFFER_BYTES = 16 << 10;

  private NettyTransport(
      IoHandlerFactory handlers,
      Class<? extends ServerChannel> listener,
      Class<? extends Channel> channel) {
    this(handlers, listener, channel, false);
  }

  /**
   * Returns the transport of a peer.
   *
   * @throws UnsupportedOperationException if it cannot be used here
   */
  static NettyTransport of(PeerName name) {
    return switch (name) {
      case NETTY_EPOLL -> {
        require(name, Epoll.unavailabilityCause());
        yield new NettyTransport(
            EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class);
      }
      case NETTY_IOURING -> {
        require(name, IoUring.unavailabilityCause());
        yield new NettyTransport(
            IoUringIoHandler.newFactory(),
            IoUringServerSocketChannel.class,
            IoUringSocketChannel.class);
      }
      case NETTY_IOURING_RING -> {
        require(name, IoUring.unavailabilityCause());
        if (!IoUring.isRegisterBufferRingSupported()) {
          throw new UnsupportedOperationException(
              name + " cannot be used here: the kernel takes no buffer rings.");
        }
        yield new NettyTransport(
            IoUringIoHandler.newFactory(
                new IoUringIoHandlerConfig().setBufferRingConfig(bufferRing())),
            IoUringServerSocketChannel.class,
            IoUringSocketChannel.class,
            true);
      }
      case NETTY_NIO ->
          new NettyTransport(
              NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
      case OURS_EPOLL, OURS_NIO, JDK_VIRTUAL, JDK_PLATFORM, JDK_ASYNC ->
          throw new IllegalArgumentException(name + " is not Netty.");
    };
  }

  /** Buffers of a loop, given to the kernel in batches. */
  private static IoUringBufferRingConfig bufferRing() {
    return IoUringBufferRingConfig.builder()
        .bufferGroupId(BUFFER_GROUP)
        .bufferRingSize(BUFFERS)
        .batchSize(BUFFERS_AT_ONCE)
        .incremental(IoUring.isRegisterBufferRingIncSupported())
        .allocator(new IoUringFixedBufferRingAllocator(BUFFER_BYTES))
        .build();
  }

  /** Event loops on this transport. */
  EventLoopGroup loops(int count) {
    return new MultiThreadIoEventLoopGroup(count, handlers);
  }

  /**
   * What dials a server.
   *
   * @param pipeline builds that of every connection
   */
  Bootstrap dialer(
      EventLoopGroup loops,
      InetSocketAddress server,
      int timeoutMillis,
      Consumer<ChannelPipeline> pipeline) {
    return new Bootstrap()
        .group(loops)
        .channel(channel)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
        .remoteAddress(server)
        .handler(initializer(pipeline));
  }

  /**
   * What accepts connections.
   *
   * @param pipeline builds that of every connection
   */
  ServerBootstrap acceptor(EventLoopGroup loops, Consumer<ChannelPipeline> pipeline) {
    ServerBootstrap acceptor = new ServerBootstrap();
    if (hasBufferRing) {
      acceptor.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
    }
    return acceptor
        .group(loops)
        .channel(listener)
        .option(ChannelOption.SO_BACKLOG, PeerSettings.BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(initializer(pipeline));
  }

  private static ChannelInitializer<Channel> initializer(Consumer<ChannelPipeline> pipeline) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel connection) {
        pipeline.accept(connection.pipeline());
      }
    };
  }

  private static void require(PeerName name, @Nullable Throwable unavailable) {
    if (unavailable != null) {
      throw new UnsupportedOperationException(
          name + " cannot be used here: " + rootMessage(unavailable), unavailable);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}

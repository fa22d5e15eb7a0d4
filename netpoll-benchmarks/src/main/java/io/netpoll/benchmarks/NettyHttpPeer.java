package io.netpoll.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A greeting by HTTP/1.1 on Netty's codec, with its default limits and checks. Its event loops
 * accept and serve.
 */
final class NettyHttpPeer implements Peer {
  private static final long QUIET_MILLIS = 50; // see NettyPeer
  private static final long PATIENCE_MILLIS = 5000;

  private final PeerName name;
  private final int count;
  private final EventLoopGroup loops;
  private final Channel listener;

  NettyHttpPeer(PeerName name, InetSocketAddress address, int count) throws InterruptedException {
    this.name = name;
    this.count = count;
    NettyTransport transport = NettyTransport.of(name);
    loops = new MultiThreadIoEventLoopGroup(count, transport.handlers());
    try {
      listener =
          new ServerBootstrap()
              .group(loops)
              .channel(transport.listener())
              .option(ChannelOption.SO_BACKLOG, PeerSettings.BACKLOG)
              .option(ChannelOption.SO_REUSEADDR, true)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childHandler(new Connections())
              .bind(address)
              .sync()
              .channel();
    } catch (Throwable e) {
      endThreads();
      throw e;
    }
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public String description() {
    return "peer=" + name + " protocol=http loops=" + count;
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    endThreads();
  }

  private void endThreads() {
    try {
      loops.shutdownGracefully(QUIET_MILLIS, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      loops.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds the pipeline of every connection. */
  private static final class Connections extends ChannelInitializer<Channel> {
    private final HttpGreeting.Date date = new HttpGreeting.Date();

    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new HttpServerCodec(), new HttpServerExpectContinueHandler(), new HttpGreeting(date));
    }
  }
}

package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The echo service on Netty. Its event loops accept and serve; the allocator is the default one.
 */
final class NettyPeer implements Peer {
  // Without a quiet period, a loop that is told to end while it runs tasks ends at once, and leaves
  // its connections open.
  private static final long QUIET_MILLIS = 50;
  private static final long PATIENCE_MILLIS = 5000;

  private final PeerName name;
  private final PeerSettings settings;
  private final EventLoopGroup loops;
  private final @Nullable ExecutorService executor;
  private final Channel listener;

  NettyPeer(PeerName name, PeerSettings settings) throws InterruptedException {
    this.name = name;
    this.settings = settings;
    NettyTransport transport = NettyTransport.of(name);
    executor = executor(settings);
    loops = new MultiThreadIoEventLoopGroup(settings.loops(), transport.handlers());
    try {
      listener =
          new ServerBootstrap()
              .group(loops)
              .channel(transport.listener())
              .option(ChannelOption.SO_BACKLOG, PeerSettings.BACKLOG)
              .option(ChannelOption.SO_REUSEADDR, true)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childHandler(new Connections(settings, executor))
              .bind(settings.address())
              .sync()
              .channel();
    } catch (Throwable e) {
      endThreads();
      throw e;
    }
  }

  private static @Nullable ExecutorService executor(PeerSettings settings) {
    return switch (settings.placement()) {
      case LOOP -> null;
      case POOL -> Executors.newFixedThreadPool(settings.poolThreads());
      case VIRTUAL -> VirtualThreads.executor();
    };
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public String description() {
    return "peer="
        + name
        + " handler="
        + settings.placement()
        + " codec="
        + settings.codec()
        + " loops="
        + settings.loops()
        + (settings.placement() == Placement.POOL ? " pool=" + settings.poolThreads() : "");
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly(); // the end of an io_uring loop would not close it
    endThreads(); // which closes the connections
  }

  private void endThreads() {
    try {
      loops.shutdownGracefully(QUIET_MILLIS, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      loops.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (executor != null) {
        executor.shutdownNow();
        executor.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds the pipeline of every connection. */
  private static final class Connections extends ChannelInitializer<Channel> {
    private final PeerSettings settings;
    private final @Nullable ExecutorService executor;

    Connections(PeerSettings settings, @Nullable ExecutorService executor) {
      this.settings = settings;
      this.executor = executor;
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      Work work = settings.work();
      if (executor != null) {
        pipeline.addLast(new OffloadedEcho(work, executor));
      } else if (settings.codec() == Codec.LENGTH_FIELD) {
        pipeline.addLast(FrameEcho.decoder(), new FrameEcho(work));
      } else {
        pipeline.addLast(new LoopEcho(work));
      }
    }
  }
}

package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service on Netty. */
final class NettyPeer implements Peer {
  private static final long PATIENCE_MILLIS = 5000;

  private final PeerName name;
  private final PeerSettings settings;
  private final @Nullable ExecutorService executor;
  private final NettyServer server;

  NettyPeer(PeerName name, PeerSettings settings) throws InterruptedException {
    this.name = name;
    this.settings = settings;
    NettyTransport transport = NettyTransport.of(name);
    executor = executor(settings);
    try {
      server = new NettyServer(transport, settings.address(), settings.loops(), this::serve);
    } catch (Throwable e) {
      endExecutor();
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

  private void serve(ChannelPipeline pipeline) {
    Work work = settings.work();
    FileAnswer file = settings.file();
    if (file != null) {
      NettyFile.addTo(pipeline, file);
    } else if (executor != null) {
      pipeline.addLast(new OffloadedEcho(work, executor));
    } else if (settings.codec() == Codec.LENGTH_FIELD) {
      pipeline.addLast(FrameEcho.decoder(), new FrameEcho(work));
    } else {
      pipeline.addLast(new LoopEcho(work));
    }
  }

  @Override
  public InetSocketAddress address() {
    return server.address();
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
    server.close();
    endExecutor();
  }

  private void endExecutor() {
    if (executor == null) {
      return;
    }
    executor.shutdownNow();
    try {
      executor.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

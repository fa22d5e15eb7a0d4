package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The service on Netty. */
final class NettyPeer implements Peer {
  private final PeerName name;
  private final PeerSettings settings;
  private final NettyService service;
  private final NettyServer server;

  NettyPeer(PeerName name, PeerSettings settings) throws InterruptedException {
    this.name = name;
    this.settings = settings;
    NettyTransport transport = NettyTransport.of(name);
    service = service(settings);
    try {
      server = new NettyServer(transport, settings.address(), settings.loops(), service::addTo);
    } catch (Throwable e) {
      service.close();
      throw e;
    }
  }

  private static NettyService service(PeerSettings settings) {
    Work work = settings.work();
    FileAnswer file = settings.file();
    if (file != null) {
      return pipeline -> NettyFile.addTo(pipeline, file);
    }
    if (settings.fanOut()) {
      return new NettyFanOut(work);
    }
    if (settings.answers() == Answers.POOL) {
      return new NettyPooledAnswers(new AnswerPool(settings.poolThreads(), work));
    }
    return switch (settings.placement()) {
      case LOOP ->
          settings.codec() == Codec.LENGTH_FIELD
              ? pipeline -> pipeline.addLast(FrameEcho.decoder(), new FrameEcho(work))
              : pipeline -> pipeline.addLast(new LoopEcho(work));
      case POOL -> new Offloaded(work, Executors.newFixedThreadPool(settings.poolThreads()));
      case VIRTUAL -> new Offloaded(work, VirtualThreads.executor());
    };
  }

  /** Frames are answered by an executor. */
  private record Offloaded(Work work, ExecutorService executor) implements NettyService {
    @Override
    public void addTo(ChannelPipeline pipeline) {
      pipeline.addLast(new OffloadedEcho(work, executor));
    }

    @Override
    public void close() {
      Threads.end(executor);
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
        + " "
        + settings.handling("handler=" + settings.placement() + " codec=" + settings.codec())
        + " loops="
        + settings.loops()
        + (settings.placement() == Placement.POOL ? " pool=" + settings.poolThreads() : "");
  }

  @Override
  public void close() {
    server.close();
    service.close();
  }
}

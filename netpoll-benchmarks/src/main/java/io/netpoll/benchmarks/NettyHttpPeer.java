package io.netpoll.benchmarks;

import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import java.net.InetSocketAddress;

/** A greeting by HTTP/1.1 on Netty's codec, with its default limits and checks. */
final class NettyHttpPeer implements Peer {
  private final PeerName name;
  private final int loops;
  private final NettyServer server;

  NettyHttpPeer(PeerName name, InetSocketAddress address, int loops) throws InterruptedException {
    this.name = name;
    this.loops = loops;
    HttpGreeting.Date date = new HttpGreeting.Date();
    server =
        new NettyServer(
            NettyTransport.of(name),
            address,
            loops,
            pipeline ->
                pipeline.addLast(
                    new HttpServerCodec(),
                    new HttpServerExpectContinueHandler(),
                    new HttpGreeting(date)));
  }

  @Override
  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public String description() {
    return "peer=" + name + " protocol=http loops=" + loops;
  }

  @Override
  public void close() {
    server.close();
  }
}

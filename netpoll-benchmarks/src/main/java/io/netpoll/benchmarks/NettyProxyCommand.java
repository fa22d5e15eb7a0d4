package io.netpoll.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Forwards connections with Netty until the process is told to end. */
@Command(
    name = "netty-proxy",
    sortOptions = false,
    description = "A TCP proxy on Netty's epoll, what tcp-proxy of the examples is compared with.")
final class NettyProxyCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8888",
      description = "8888 by default; 0 for any.")
  private int port;

  @Option(names = "--target-port", paramLabel = "N", required = true)
  private int targetPort;

  @Option(
      names = "--loops",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of event loops; 1 by default.")
  private int loops;

  @Override
  public Integer call() throws Exception {
    NettyTransport transport = NettyTransport.of(PeerName.NETTY_EPOLL);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops, transport.handlers());
    InetSocketAddress target = new InetSocketAddress("127.0.0.1", targetPort);
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(transport.listener())
            .option(ChannelOption.SO_BACKLOG, PeerSettings.BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new NettyForwarder(target, transport.channel()));
                  }
                })
            .bind("127.0.0.1", port)
            .sync()
            .channel();
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    System.out.println("listening on 127.0.0.1:" + address.getPort() + " netty-proxy");
    System.out.flush();
    listener.closeFuture().await(); // until a signal ends the process
    return 0;
  }
}

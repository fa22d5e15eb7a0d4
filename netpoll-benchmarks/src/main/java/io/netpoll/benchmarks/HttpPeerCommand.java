package io.netpoll.benchmarks;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves a greeting by HTTP/1.1 with Netty until the process is told to end. */
@Command(
    name = "http-peer",
    sortOptions = false,
    description = "Greets at /plaintext by HTTP/1.1, with Netty's codec.")
final class HttpPeerCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description = "netty-epoll, netty-nio, netty-iouring or netty-iouring-ring.")
  private PeerName name = PeerName.NETTY_NIO;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8888",
      description = "8888 by default; 0 for any.")
  private int port;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Number of event loops; the number of processors by default.")
  private @Nullable Integer loops;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (!name.isNetty()) {
      throw misuse("http-peer is for Netty's peers, not for " + name + ".");
    }
    if (port < 0 || port > 65535) {
      throw misuse("--port " + port + " is not between 0 and 65535.");
    }
    if (loops != null && loops < 1) {
      throw misuse("--loops needs at least 1.");
    }
    int count = loops == null ? Runtime.getRuntime().availableProcessors() : loops;
    try (Peer peer = new NettyHttpPeer(name, new InetSocketAddress("127.0.0.1", port), count)) {
      System.out.println(
          "listening on 127.0.0.1:" + peer.address().getPort() + " " + peer.description());
      System.out.flush();
      new CountDownLatch(1).await(); // until a signal ends the process
    }
    return 0;
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}

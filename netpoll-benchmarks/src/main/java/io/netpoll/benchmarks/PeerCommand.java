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

/** Serves frames with a peer until the process is told to end. */
@Command(
    name = "peer",
    sortOptions = false,
    description = "Sends every frame (a 4-byte length and that many bytes) back unchanged.")
final class PeerCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description = "netty-epoll, netty-nio, netty-iouring or jdk-virtual.")
  private PeerName name = PeerName.NETTY_NIO;

  @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8888",
      description = "8888 by default; 0 for any.")
  private int port;

  @Option(
      names = "--handler",
      paramLabel = "WHERE",
      description = "Where Netty's requests are answered: loop (the default), pool or virtual.")
  private @Nullable Placement placement;

  @Option(
      names = "--codec",
      paramLabel = "HOW",
      description =
          "How Netty cuts and answers frames: manual (the default, and the faster one) answers all"
              + " complete frames of a read together; length-field uses"
              + " LengthFieldBasedFrameDecoder.")
  private @Nullable Codec codec;

  @Option(
      names = "--send",
      paramLabel = "WHEN",
      description =
          "When jdk-virtual sends: batch (the default) after all complete frames received together,"
              + " frame after each.")
  private @Nullable Sending sending;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Number of Netty's event loops; the number of processors by default.")
  private @Nullable Integer loops;

  @Option(
      names = "--pool-threads",
      paramLabel = "N",
      defaultValue = "16",
      description = "Threads of --handler pool; 16 by default.")
  private int poolThreads;

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      description = "Compute for N microseconds in every request.")
  private long burnMicros;

  @Option(
      names = "--sleep-ms",
      paramLabel = "N",
      description = "Sleep for N milliseconds in every request.")
  private long sleepMillis;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    PeerSettings settings =
        new PeerSettings(
            new InetSocketAddress(host, port),
            placement == null ? Placement.LOOP : placement,
            codec == null ? Codec.MANUAL : codec,
            sending == null ? Sending.BATCH : sending,
            loops == null ? Runtime.getRuntime().availableProcessors() : loops,
            poolThreads,
            new Work(burnMicros, sleepMillis));
    try (Peer peer = Peers.open(name, settings)) {
      InetSocketAddress address = peer.address();
      System.out.println(
          "listening on "
              + address.getAddress().getHostAddress()
              + ":"
              + address.getPort()
              + " "
              + peer.description());
      System.out.flush();
      new CountDownLatch(1).await(); // until a signal ends the process
    }
    return 0;
  }

  private void check() {
    if (port < 0 || port > 65535) {
      throw misuse("--port " + port + " is not between 0 and 65535.");
    }
    if (loops != null && loops < 1 || poolThreads < 1) {
      throw misuse("--loops and --pool-threads need at least 1.");
    }
    if (burnMicros < 0 || sleepMillis < 0) {
      throw misuse("--burn-us and --sleep-ms cannot be negative.");
    }
    if (name == PeerName.JDK_VIRTUAL) {
      if (placement != null || codec != null || loops != null) {
        throw misuse("--handler, --codec and --loops are for Netty's peers, not for " + name + ".");
      }
    } else if (sending != null) {
      throw misuse("--send is for " + PeerName.JDK_VIRTUAL + ", not for " + name + ".");
    }
    if (codec == Codec.LENGTH_FIELD && placement != null && placement != Placement.LOOP) {
      throw misuse("--codec length-field answers on the loop alone.");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}

package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
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
    description = "Answers every frame (a 4-byte length and that many bytes).")
final class PeerCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description =
          "ours-epoll, ours-nio, netty-epoll, netty-nio, netty-iouring, netty-iouring-ring, jdk-virtual, jdk-platform"
              + " or jdk-async.")
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
          "When jdk-virtual, jdk-platform and ours send: batch (the default) after all complete"
              + " frames received together (ours coalesces flushes), frame after each.")
  private @Nullable Sending sending;

  @Option(
      names = "--execution",
      paramLabel = "MODE",
      description = "Of ours: adaptive (the default), workers, virtual or inline.")
  private @Nullable ExecutionName execution;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "echo",
      description =
          "echo (the default) sends payloads back; rpc decodes a message and encodes its answer;"
              + " fanout sends it to all subscribers instead, not for jdk-async.")
  private PeerService service = PeerService.ECHO;

  @Option(
      names = "--answers",
      paramLabel = "WHO",
      description =
          "Who answers: reader (the default), what has read the request, or pool, one of"
              + " --pool-threads threads, with a write of its own; of rpc, not for jdk-async.")
  private @Nullable Answers answers;

  @Option(
      names = "--file",
      paramLabel = "PATH",
      description = "Answer every byte with this file instead of frames; not for jdk-async.")
  private @Nullable Path file;

  @Option(
      names = "--send-file",
      paramLabel = "HOW",
      description =
          "How Netty sends the file: region (the default), by the system, or chunked, by copies.")
  private @Nullable FileSending fileSending;

  @Option(
      names = "--controlled",
      description =
          "End at the end of the standard input, and say what memory is used for each line of it.")
  private boolean controlled;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description =
          "Event loops of Netty, threads of jdk-async, both by default the number of processors;"
              + " poll loops of ours, by default what suits.")
  private @Nullable Integer loops;

  @Option(
      names = "--pool-threads",
      paramLabel = "N",
      defaultValue = "16",
      description = "Threads of --handler pool or --answers pool; 16 by default.")
  private int poolThreads;

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      description = "Compute for N microseconds in every request.")
  private long burnMicros;

  @Option(
      names = "--slow-us",
      paramLabel = "N",
      description =
          "Compute for N microseconds more in one request of fifty, drawn at random: a server that"
              + " is slower by a known share.")
  private long slowMicros;

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
            execution == null ? ExecutionName.ADAPTIVE : execution,
            loops(),
            poolThreads,
            new Work(burnMicros, slowMicros, sleepMillis, service.service()),
            file == null
                ? null
                : FileAnswer.of(file, fileSending == null ? FileSending.REGION : fileSending),
            answers == null ? Answers.READER : answers,
            service == PeerService.FAN_OUT);
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
      await();
    }
    return 0;
  }

  private int loops() {
    if (loops != null) {
      return loops;
    }
    return name.isOurs() ? 0 : Runtime.getRuntime().availableProcessors();
  }

  private void await() throws IOException, InterruptedException {
    if (controlled) {
      MemoryReport.onEveryLine(System.in, System.out);
    } else {
      new CountDownLatch(1).await(); // until a signal ends the process
    }
  }

  private void check() {
    if (port < 0 || port > 65535) {
      throw misuse("--port " + port + " is not between 0 and 65535.");
    }
    if (loops != null && loops < 1 || poolThreads < 1) {
      throw misuse("--loops and --pool-threads need at least 1.");
    }
    if (burnMicros < 0 || slowMicros < 0 || sleepMillis < 0) {
      throw misuse("--burn-us, --slow-us and --sleep-ms cannot be negative.");
    }
    if (!name.isNetty() && (placement != null || codec != null)) {
      throw misuse("--handler and --codec are for Netty's peers, not for " + name + ".");
    }
    if (name.isBlocking() && loops != null) {
      throw misuse("--loops is not for " + name + ", which has none.");
    }
    if (!name.isOurs() && !name.isBlocking() && sending != null) {
      throw misuse("--send is for ours, jdk-virtual and jdk-platform, not for " + name + ".");
    }
    if (!name.isOurs() && execution != null) {
      throw misuse("--execution is for ours, not for " + name + ".");
    }
    if (file != null && (name == PeerName.JDK_ASYNC || placement != null || codec != null)) {
      throw misuse("--file is not for jdk-async, nor together with --handler or --codec.");
    }
    if (fileSending != null && (file == null || !name.isNetty())) {
      throw misuse("--send-file needs --file and a peer of Netty's.");
    }
    if (codec == Codec.LENGTH_FIELD && placement != null && placement != Placement.LOOP) {
      throw misuse("--codec length-field answers on the loop alone.");
    }
    if (answers == Answers.POOL) {
      checkAnswersFromPool();
    }
    if (service == PeerService.FAN_OUT) {
      checkFanOut();
    }
  }

  private void checkAnswersFromPool() {
    if (name == PeerName.JDK_ASYNC) {
      throw misuse("--answers pool is not for jdk-async.");
    }
    if (service != PeerService.RPC || file != null) {
      throw misuse("--answers pool needs --service rpc: answers in any order need an id.");
    }
    if (placement != null || codec != null || sending != null) {
      throw misuse("--answers pool goes without --handler, --codec and --send.");
    }
    if (execution == ExecutionName.INLINE) {
      throw misuse("--answers pool may let a reader wait, so not with --execution inline.");
    }
  }

  private void checkFanOut() {
    if (name == PeerName.JDK_ASYNC) {
      throw misuse("--service fanout is not for jdk-async.");
    }
    if (placement != null || codec != null || sending != null || answers != null || file != null) {
      throw misuse(
          "--service fanout goes without --handler, --codec, --send, --answers and --file.");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}

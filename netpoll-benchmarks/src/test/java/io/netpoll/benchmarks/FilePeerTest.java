package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netpoll.benchmarks.load.FileRun;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that answer every byte with a file, and the load that reads it. */
@Timeout(60)
@ExtendWith({PeerTest.VirtualThreadPollers.class, LeakCheck.class})
class FilePeerTest {
  private static final int BLOCK = 100_000;
  private static final Duration SHORT = Duration.ofMillis(50);

  private final byte[] block = new byte[BLOCK];
  @TempDir private Path directory = Path.of("");

  private Peer open(PeerName name, FileSending sending) throws Exception {
    new SplittableRandom(1).nextBytes(block);
    byte[] content = Arrays.copyOf(block, 2 * BLOCK);
    System.arraycopy(block, 0, content, BLOCK, BLOCK);
    Path file = Files.write(directory.resolve("content"), content);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    PeerSettings settings =
        new PeerSettings(
            any,
            Placement.LOOP,
            Codec.MANUAL,
            Sending.BATCH,
            ExecutionName.ADAPTIVE,
            1,
            1,
            Work.NONE,
            FileAnswer.of(file, sending),
            Answers.READER,
            false);
    try {
      return Peers.open(name, settings);
    } catch (UnsupportedOperationException e) {
      assumeThat(false).as(e.getMessage()).isTrue();
      throw e;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OURS_EPOLL, REGION",
    "OURS_NIO, REGION",
    "NETTY_EPOLL, REGION",
    "NETTY_EPOLL, CHUNKED",
    "NETTY_NIO, REGION",
    "NETTY_NIO, CHUNKED",
    "JDK_VIRTUAL, REGION",
    "JDK_PLATFORM, REGION"
  })
  void everyByte_isAnsweredWithTheFile(PeerName name, FileSending sending) throws Exception {
    try (Peer peer = open(name, sending);
        Socket client = new Socket(peer.address().getAddress(), peer.address().getPort())) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write(new byte[2]);
      DataInputStream in = new DataInputStream(client.getInputStream());
      for (int i = 0; i < 4; i++) {
        assertThat(in.readNBytes(BLOCK)).isEqualTo(block);
      }
    }
  }

  @Test
  void whatComes_isCounted() throws Exception {
    try (Peer peer = open(PeerName.NETTY_NIO, FileSending.REGION);
        FileRun run = new FileRun(peer.address(), 3, 2 * BLOCK, block)) {
      LoadResult result = run.slice(SHORT, SHORT, 0);
      while (result.bytes() == 0) { // a busy machine needs longer
        result = run.slice(Duration.ZERO, SHORT, 0);
      }
      assertThat(result.rate()).isPositive();
    }
  }

  @Test
  void bytesThatDiffer_failTheRun() throws Exception {
    try (Peer peer = open(PeerName.NETTY_NIO, FileSending.REGION)) {
      block[BLOCK / 2] ^= 1;
      try (FileRun run = new FileRun(peer.address(), 1, 2 * BLOCK, block)) {
        assertThatThrownBy(() -> run.slice(Duration.ofSeconds(20), SHORT, 0))
            .isInstanceOf(IOException.class)
            .hasMessage("Bytes came that are not those of the file.");
      }
    }
  }
}

package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.PollerGroup;
import io.netpoll.benchmarks.ClientRun.Plan;
import io.netpoll.benchmarks.ClientRun.Result;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every client that can run everywhere, over real loopback sockets. */
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ClientRunTest {
  private static final Plan PLAN = new Plan(3, 6, 5000, CallerThreads.PLATFORM, 0);

  private static ClientRun<?> open(EchoClient client, Service service) throws Exception {
    return service == Service.ECHO
        ? ClientRun.echo(client, PLAN)
        : ClientRun.call((MessageClient) client, PLAN);
  }

  /** A client that needs no native library. */
  enum Portable {
    OURS {
      @Override
      EchoClient open(InetSocketAddress server) throws IOException {
        return new OurClient(server, 1, "nio", ExecutionName.ADAPTIVE);
      }
    },
    NETTY {
      @Override
      EchoClient open(InetSocketAddress server) {
        return new NettyClient(server, 1, NettyTransport.of(PeerName.NETTY_NIO));
      }
    },
    JDK {
      @Override
      EchoClient open(InetSocketAddress server) {
        return new JdkClient(server);
      }
    },
    OUR_MULTIPLEXER {
      @Override
      EchoClient open(InetSocketAddress server) throws IOException {
        return new MuxClient(server, 2, PollerGroup.builder().backend("nio").loops(1).build());
      }
    },
    OUR_POOL {
      @Override
      EchoClient open(InetSocketAddress server) throws IOException, InterruptedException {
        return new PooledClient(OURS.open(server), 2);
      }
    },
    NETTYS_MULTIPLEXER {
      @Override
      EchoClient open(InetSocketAddress server) throws InterruptedException {
        return new NettyMuxClient(server, 2, 1, NettyTransport.of(PeerName.NETTY_NIO));
      }
    };

    abstract EchoClient open(InetSocketAddress server) throws IOException, InterruptedException;
  }

  @ParameterizedTest
  @EnumSource
  void whatComesBack_isCounted(Portable portable) throws Exception {
    assertCounted(portable, Service.ECHO);
  }

  @ParameterizedTest // those who share connections send frames only
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OUR_MULTIPLEXER", "OUR_POOL", "NETTYS_MULTIPLEXER"})
  void answersToCalls_areCounted(Portable portable) throws Exception {
    assertCounted(portable, Service.RPC);
  }

  private static void assertCounted(Portable portable, Service service) throws Exception {
    PeerSettings settings =
        new PeerSettings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Placement.LOOP,
            Codec.MANUAL,
            Sending.BATCH,
            ExecutionName.ADAPTIVE,
            1,
            1,
            new Work(0, 0, 0, service),
            null,
            Answers.READER,
            false);
    try (Peer peer = Peers.open(PeerName.NETTY_NIO, settings);
        EchoClient client = portable.open(peer.address());
        ClientRun<?> run = open(client, service)) {
      long nanos = TimeUnit.MILLISECONDS.toNanos(50);
      Result result = run.measure(1, nanos);
      while (result.latencies().getTotalCount() == 0) { // a busy machine needs longer
        nanos *= 2;
        result = run.measure(1, nanos);
      }
      assertThat(result.toString())
          .matches("rate=\\d+ p50_us=\\S+ p99_us=\\S+ p99\\.9_us=\\S+ cpu_us=\\S+ load_cpu=\\S+");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatDiffers_failsTheRun(Portable portable) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> liar = CompletableFuture.runAsync(() -> answerWrongly(listener));
      InetSocketAddress server = (InetSocketAddress) listener.getLocalSocketAddress();
      Plan one = new Plan(1, 1, 100, CallerThreads.PLATFORM, 0);
      try (EchoClient client = portable.open(server);
          ClientRun<?> run = ClientRun.echo(client, one)) {
        assertThatThrownBy(() -> run.measure(1, 1))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("came back");
      }
      liar.join();
    }
  }

  private static void answerWrongly(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] payload = in.readNBytes(in.readInt());
      payload[payload.length / 2] ^= 1;
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(payload.length);
      out.write(payload);
      assertThat(in.read()).isEqualTo(-1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

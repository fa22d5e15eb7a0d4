package io.netpoll.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.Reader;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bounds of what one echo of 1 KB costs a server whose client waits for each answer. They are
 * what was measured when they were set and a margin, which is for calls that a busy machine adds: a
 * loop that changes its leader polls once more.
 */
@Timeout(120)
class RequestCostTest {
  private static final int WARM_UP = 3000;
  private static final int REQUESTS = 5000;
  private static final int SIZE = 1 << 10;

  private static final double MOST_POLLS = 1.2;
  private static final double MOST_READS = 1.2;
  private static final double MOST_WRITES = 1.05;
  private static final double MOST_OTHERS = 0.1;
  private static final long MOST_BYTES = 100;

  /** A backend and a mode that handlers of this kind may run in. */
  record Arrangement(String backend, Execution execution) {}

  static Stream<Arrangement> arrangements() {
    List<Arrangement> all = new ArrayList<>();
    for (String backend : List.of("nio", "epoll")) {
      all.add(new Arrangement(backend, Execution.inline()));
      all.add(new Arrangement(backend, Execution.adaptive()));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aRequest_takesOnePollOneReadAndOneWrite(Arrangement arrangement) throws Exception {
    try (PollerGroup group = open("counted-" + arrangement.backend(), arrangement.execution());
        EventLoop server = EventLoop.builder(RequestCostTest::echo).build();
        Listener listener = serve(server, group);
        Socket client = dial(listener)) {
      exchange(client, WARM_UP);
      long[] before = Calls.counts();
      exchange(client, REQUESTS);
      long[] after = Calls.counts();
      assertThat(perRequest(Calls.POLL, before, after)).isBetween(0.9, MOST_POLLS);
      assertThat(perRequest(Calls.READ, before, after)).isBetween(0.9, MOST_READS);
      assertThat(perRequest(Calls.WRITE, before, after)).isBetween(0.9, MOST_WRITES);
      assertThat(perRequest(Calls.OTHER, before, after)).isLessThan(MOST_OTHERS);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aRequest_allocatesNextToNothing(Arrangement arrangement) throws Exception {
    try (PollerGroup group = open(arrangement.backend(), arrangement.execution());
        EventLoop server = EventLoop.builder(RequestCostTest::echo).build();
        Listener listener = serve(server, group);
        Socket client = dial(listener)) {
      exchange(client, WARM_UP);
      Map<Long, Long> before = allocated();
      exchange(client, REQUESTS);
      long bytes = 0;
      for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
        bytes += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
      }
      assertThat(bytes / REQUESTS).isBetween(0L, MOST_BYTES);
    }
  }

  private static double perRequest(Calls calls, long[] before, long[] after) {
    int index = calls.ordinal();
    return (double) (after[index] - before[index]) / REQUESTS;
  }

  private static PollerGroup open(String backend, Execution execution)
      throws PollerUnavailableException {
    try {
      return PollerGroup.builder().backend(backend).loops(1).execution(execution).build();
    } catch (PollerUnavailableException e) {
      assumeThat(false).as(e.getMessage()).isTrue();
      throw e;
    }
  }

  private static Listener serve(EventLoop server, PollerGroup group) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Listener listener = Listener.builder().group(group).bind(any);
    server.start(listener);
    return listener;
  }

  /** Answers a frame that is there as a whole, in every mode. */
  private static void echo(Connection connection) throws IOException {
    Reader in = connection.reader();
    if (in.request(Integer.BYTES + SIZE)) {
      int length = in.readInt();
      connection.writer().writeInt(length);
      connection.writer().writeBinary(in.next(length));
      connection.writer().flush();
    }
  }

  private static Socket dial(Listener listener) throws IOException {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void exchange(Socket client, int count) throws IOException {
    byte[] frame = ByteBuffer.allocate(Integer.BYTES + SIZE).putInt(SIZE).array();
    DataInputStream in = new DataInputStream(client.getInputStream());
    byte[] answer = new byte[frame.length];
    for (int i = 0; i < count; i++) {
      frame[frame.length - 1] = (byte) i;
      client.getOutputStream().write(frame);
      in.readFully(answer);
      assertThat(answer[answer.length - 1]).isEqualTo((byte) i);
    }
  }

  /** What the library's threads allocated so far, by thread. */
  private static Map<Long, Long> allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<Long, Long> bytes = new HashMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().contains("netpoll")) {
        bytes.put(thread.getId(), threads.getThreadAllocatedBytes(thread.getId()));
      }
    }
    return bytes;
  }
}

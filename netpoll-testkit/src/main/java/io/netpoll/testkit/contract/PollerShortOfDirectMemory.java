package io.netpoll.testkit.contract;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Run as a {@link LimitedProcess} with the class name of a provider, and little direct memory.
 * Prints one line per thing that was seen. Does everything with memory first: a class that is
 * needed only once memory is short may not be loaded.
 */
final class PollerShortOfDirectMemory {
  /** How much direct memory there is, in bytes. */
  static final int LIMIT = 4 << 20;

  private static final int ROUNDS = 3;

  private final PollerProvider provider;
  private final PollerStage stage;
  private final RecordingAcceptor acceptor = new RecordingAcceptor();
  private final SocketAddress address;
  private final Handle listening;

  private PollerShortOfDirectMemory(PollerProvider provider) throws IOException {
    this.provider = provider;
    this.stage = new PollerStage(provider);
    ListenSocket socket = bind(provider);
    this.address = socket.localAddress();
    this.listening = stage.poller().accept(socket, Map.of(), acceptor);
  }

  private static ListenSocket bind(PollerProvider provider) throws IOException {
    return provider.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
  }

  public static void main(String[] args) throws Exception {
    Object provider = Class.forName(args[0]).getConstructor().newInstance();
    new PollerShortOfDirectMemory((PollerProvider) provider).run();
  }

  private void run() throws Exception {
    closeAll(accept());
    ListenSocket another = bind(provider);
    another.close();
    ThreadsAndDescriptors before = ThreadsAndDescriptors.now(List.of());
    ListenSocket unserved = bind(provider);
    List<Three> rounds = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      rounds.add(accept());
    }

    ByteBuffer hoard = takeAllDirectMemory();
    System.out.println("taken: " + hoard.isDirect());
    for (Three each : rounds) {
      closeAll(each);
    }
    unserved.close();
    List<String> left = ThreadsAndDescriptors.now(List.of()).beyond(before);
    System.out.println(left.isEmpty() ? "nothing is left" : "left: " + left);

    hoard = null;
    System.gc();
    closeAll(accept());
    System.out.println("others are accepted");
    listening.close();
    stage.close();
  }

  /** What is not watched, what is to be closed, and what is to be reset. */
  private record Three(StreamSocket unwatched, RecordingEndpoint closed, RecordingEndpoint reset) {}

  /** Three that this side has accepted, whose other ends are closed. */
  private Three accept() throws IOException {
    for (int i = 0; i < 3; i++) {
      SocketChannel.open(address).close();
    }
    stage.until(() -> acceptor.sockets.size() == 3);
    return new Three(
        acceptor.sockets.remove(),
        stage.attach(acceptor.sockets.remove(), new RecordingEndpoint()),
        stage.attach(acceptor.sockets.remove(), new RecordingEndpoint()));
  }

  private void closeAll(Three sockets) throws IOException {
    sockets.unwatched.close();
    sockets.closed.handle().close();
    sockets.reset.handle().abort();
    stage.until(() -> sockets.closed.isOver() && sockets.reset.isOver());
  }

  /** In one piece: to ask for more than there is takes the virtual machine half a second. */
  private static ByteBuffer takeAllDirectMemory() {
    System.gc();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        return ByteBuffer.allocateDirect(LIMIT - (int) pool.getTotalCapacity());
      }
    }
    throw new AssertionError("The virtual machine does not tell how much it has given.");
  }
}

package io.netpoll.epoll;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Run in a process of its own, which sets a low limit on descriptors. Prints one line per thing
 * that was seen. Accepts a connection first: a class that is needed only once descriptors are short
 * cannot be loaded.
 */
final class DescriptorExhaustion {
  /** How many descriptors may be opened beyond those that are open at first. */
  private static final int ROOM = 32;

  private DescriptorExhaustion() {}

  public static void main(String[] args) throws Exception {
    EpollPollerProvider warm = new EpollPollerProvider();
    System.out.println("at first: " + warm.availability().available());
    Poller poller = warm.open(new NoPages());
    ListenSocket listening =
        warm.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    TestAcceptor acceptor = new TestAcceptor();
    Handle handle = poller.accept(listening, Map.of(), acceptor);
    acceptOne(poller, listening, acceptor);

    Kernel.limitDescriptors(ROOM);
    EpollPollerProvider fresh = new EpollPollerProvider();
    List<FileInputStream> files = new ArrayList<>();
    SocketChannel client = dialWithoutRoom(poller, listening, acceptor, files);
    takeAll(files);
    System.out.println("exhausted: " + fresh.availability().available());
    System.out.println("failed: " + acceptor.failures.get(0).getMessage());
    handle.pauseInput();
    int events = poller.poll(100_000_000L);
    System.out.println("events while paused: " + events);

    for (FileInputStream file : files) {
      file.close();
    }
    handle.resumeInput();
    while (acceptor.sockets.isEmpty()) {
      poller.poll(Long.MAX_VALUE);
      while (poller.dispatch()) {}
    }
    System.out.println("accepted: " + acceptor.sockets.size());
    System.out.println("again: " + fresh.availability().available());
    acceptor.sockets.remove().close();
    client.close();
    poller.close();
  }

  /** Returns a connection for which the listening socket found no descriptor. */
  private static SocketChannel dialWithoutRoom(
      Poller poller, ListenSocket listening, TestAcceptor acceptor, List<FileInputStream> files)
      throws IOException {
    while (true) {
      takeAll(files);
      files.remove(0).close();
      SocketChannel client = SocketChannel.open(listening.localAddress());
      while (acceptor.failures.isEmpty() && acceptor.sockets.isEmpty()) {
        poller.poll(Long.MAX_VALUE);
        while (poller.dispatch()) {}
      }
      if (!acceptor.failures.isEmpty()) {
        return client;
      }
      // The virtual machine reads a file now and then: it had one open, and gave it back.
      acceptor.sockets.remove().close();
      client.close();
    }
  }

  private static void takeAll(List<FileInputStream> files) {
    try {
      while (true) {
        files.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException full) {
      // There is none left.
    }
  }

  private static void acceptOne(Poller poller, ListenSocket listening, TestAcceptor acceptor)
      throws IOException {
    SocketChannel client = SocketChannel.open(listening.localAddress());
    try (client) {
      while (acceptor.sockets.isEmpty()) {
        poller.poll(Long.MAX_VALUE);
        while (poller.dispatch()) {}
      }
      acceptor.sockets.remove().close();
    }
  }
}

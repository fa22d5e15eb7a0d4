package io.netpoll.testkit;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A fake poller with a listening socket, driven by hand on the test's thread. */
final class Bench implements Acceptor, AutoCloseable {
  final FakePollerProvider provider = new FakePollerProvider();
  final TestPage.Source pages = new TestPage.Source();
  final List<StreamSocket> accepted = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  final Poller poller;
  final ListenSocket listenSocket;
  final Handle listening;

  Bench() throws IOException {
    poller = provider.open(pages);
    listenSocket = provider.bind(anyPort(), 16);
    listening = poller.accept(listenSocket, Map.of(), this);
  }

  static SocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  SocketAddress address() {
    return listening.localAddress();
  }

  /** Polls without waiting and handles all that is due, until nothing is. */
  void run() throws IOException {
    while (poller.poll(0) > 0) {
      while (poller.dispatch()) {}
    }
  }

  /** A connection from a peer, attached and reading. */
  Connected connect() throws IOException {
    FakePeer peer = FakeNetwork.connect(address());
    run();
    TestEndpoint endpoint = new TestEndpoint();
    Handle handle = poller.attach(accepted.get(accepted.size() - 1), endpoint);
    endpoint.handle = handle;
    handle.resumeInput();
    return new Connected(peer, endpoint, handle);
  }

  record Connected(FakePeer peer, TestEndpoint endpoint, Handle handle) {}

  @Override
  public void accepted(StreamSocket socket) {
    accepted.add(socket);
  }

  @Override
  public void failed(IOException cause) {
    events.add("failed: " + cause.getMessage());
    listening.pauseInput();
  }

  @Override
  public void closed() {
    events.add("closed");
  }

  @Override
  public void close() {
    poller.close();
  }
}

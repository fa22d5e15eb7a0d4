package io.netpoll.testkit.contract;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;

/**
 * Run as a {@link LimitedProcess} with the class name of a provider. Prints one line per thing that
 * was seen. Accepts a connection first: a class that is needed only once descriptors are short
 * cannot be loaded.
 */
final class PollerShortOfDescriptors {
  private final PollerProvider provider;
  private final PollerStage stage;
  private final RecordingAcceptor acceptor = new RecordingAcceptor();

  private PollerShortOfDescriptors(PollerProvider provider) throws IOException {
    this.provider = provider;
    this.stage = new PollerStage(provider);
  }

  public static void main(String[] args) throws Exception {
    Object provider = Class.forName(args[0]).getConstructor().newInstance();
    new PollerShortOfDescriptors((PollerProvider) provider).run();
  }

  private void run() throws Exception {
    say(provider.availability().available() ? "available" : "not available");
    ListenSocket listening =
        provider.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    SocketPair established = establish(listening);
    exchange(established, "before", "");

    List<FileInputStream> files = LimitedProcess.takeAllDescriptors();
    provider.getClass().getConstructor().newInstance().availability(); // yes or no, but no failure
    say("asked while exhausted");
    SocketChannel late = stage.keep(dialWithTheLast(files, listening));
    stage.until(() -> !acceptor.failures.isEmpty());
    String message = String.valueOf(acceptor.failures.get(0).getMessage());
    say("failed: " + (message.contains("Too many open files") ? "Too many open files" : message));
    handle.pauseInput();
    stage.assertQuiet();
    say("quiet while paused");
    exchange(established, "meanwhile", "before");
    say("established goes on");

    LimitedProcess.release(files);
    handle.resumeInput();
    stage.until(() -> !acceptor.sockets.isEmpty());
    say("accepted: " + acceptor.sockets.size() + (late.isConnected() ? "" : ", not connected"));
    acceptor.sockets.remove().close();
    say(provider.availability().available() ? "available" : "not available");
    stage.close();
  }

  /**
   * Dials with a descriptor that is given back for that, and leaves none. The virtual machine may
   * take that one for a moment; then another one is given back.
   */
  private static SocketChannel dialWithTheLast(List<FileInputStream> files, ListenSocket listening)
      throws IOException {
    SocketChannel dialled = null;
    while (dialled == null) {
      files.remove(0).close();
      try {
        dialled = SocketChannel.open(listening.localAddress());
      } catch (SocketException taken) {
        if (files.isEmpty()) {
          throw taken;
        }
      }
    }
    files.addAll(LimitedProcess.takeAllDescriptors());
    return dialled;
  }

  private SocketPair establish(ListenSocket listening) throws IOException {
    SocketChannel peer = stage.keep(SocketChannel.open(listening.localAddress()));
    stage.until(() -> !acceptor.sockets.isEmpty());
    RecordingEndpoint endpoint = stage.attach(acceptor.sockets.remove(), new RecordingEndpoint());
    endpoint.resume();
    return new SocketPair(endpoint, peer);
  }

  private void exchange(SocketPair pair, String text, String before) throws IOException {
    pair.peerSends(text);
    stage.untilReceived(pair.endpoint(), before + text);
    pair.endpoint().write(text);
    pair.endpoint().send();
    if (!pair.peerReads(text.length()).equals(text)) {
      throw new AssertionError("not echoed: " + text);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}

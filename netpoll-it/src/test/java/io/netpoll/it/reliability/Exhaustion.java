package io.netpoll.it.reliability;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.it.Frames;
import io.netpoll.it.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/** What the programs of {@link ExhaustionTest} have in common: an echo server and its clients. */
final class Exhaustion {
  static final int SIZE = 1000;
  private static final int PATIENCE_MILLIS = 20_000;

  private Exhaustion() {}

  /** Serves until the process ends; the arguments are a backend and an execution mode. */
  static InetSocketAddress serve(String[] arguments) throws IOException {
    Setting setting = new Setting(arguments[0], Setting.execution(arguments[1]));
    PollerGroup group =
        PollerGroup.builder().backend(setting.backend()).execution(setting.execution()).build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    EventLoop.builder(setting.echo()).build().start(listener);
    return (InetSocketAddress) listener.localAddress();
  }

  static Socket connect(InetSocketAddress server) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", server.getPort()), PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  static void exchange(Socket socket) throws IOException {
    Frames.exchangeOnce(socket, Frames.payload(1, SIZE));
  }

  static void send(Socket socket) throws IOException {
    socket.getOutputStream().write(Frames.frame(Frames.payload(1, SIZE)));
  }

  /**
   * Waits for the answer.
   *
   * @return false if the connection was closed or reset instead
   * @throws IOException if neither comes in time
   */
  static boolean answers(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readNBytes(Integer.BYTES + SIZE).length > Integer.BYTES;
    } catch (SocketException reset) {
      return false;
    }
  }
}

package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.buffer.PagePool;
import io.netpoll.it.Crew;
import io.netpoll.it.Stage;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Plain sockets that are connected with a server and do the same. Closing closes them. */
final class Peers implements AutoCloseable {
  private final Stage stage;
  private final List<Socket> sockets = new ArrayList<>();

  Peers(Stage stage) {
    this.stage = stage;
  }

  void connect(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Socket socket = stage.socket();
      socket.setTcpNoDelay(true);
      sockets.add(socket);
    }
  }

  /** Connects, where a reset may be faster than the end of connect. */
  void flood(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      try {
        sockets.add(stage.socket());
      } catch (SocketException refused) {
        // It was reset already.
      }
    }
  }

  void send(byte[] bytes) throws IOException {
    for (Socket socket : sockets) {
      socket.getOutputStream().write(bytes);
    }
  }

  void expect(byte[] bytes) throws IOException {
    for (Socket socket : sockets) {
      assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }
  }

  /** Reads until the server has closed, in order or by reset; nothing else may come. */
  void expectTheEnd() throws IOException {
    for (Socket socket : sockets) {
      int first;
      try {
        first = socket.getInputStream().read();
      } catch (SocketException reset) {
        first = -1;
      }
      assertThat(first).isEqualTo(-1);
    }
  }

  /**
   * Sends, each on a thread of its own, without ever reading, until the server has closed.
   *
   * @return the most bytes of the page pool that were in use meanwhile
   */
  long pushUntilClosed(byte[] bytes) throws Exception {
    long most = 0;
    try (Crew crew = new Crew()) {
      for (Socket socket : sockets) {
        crew.start(() -> pushUntilClosed(socket, bytes));
      }
      while (crew.isAtWork()) {
        most = Math.max(most, PagePool.shared().bytesInUse());
        LockSupport.parkNanos(1_000_000); // between two looks
      }
      crew.join();
    }
    return most;
  }

  private static void pushUntilClosed(Socket socket, byte[] bytes) throws IOException {
    try {
      while (true) {
        socket.getOutputStream().write(bytes);
      }
    } catch (SocketException closed) {
      // That is what it waited for.
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}

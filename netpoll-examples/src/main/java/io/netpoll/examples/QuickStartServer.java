package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends every frame (a 4-byte length and that many bytes) back to its sender. */
public final class QuickStartServer {
  public static void main(String[] args) throws IOException {
    EventLoop server = EventLoop.builder(QuickStartServer::echo).build();
    server.serve(Listener.create("tcp", "127.0.0.1:8888"));
  }

  static void echo(Connection connection) throws IOException {
    int length = connection.reader().readInt(); // waits while the bytes are not there yet
    if (length < 0 || length > 1_000_000) {
      throw new IOException("a frame of " + length + " bytes"); // closes this connection only
    }
    ByteBuffer payload = connection.reader().next(length); // a view, not a copy
    connection.writer().writeInt(length);
    connection.writer().writeBinary(payload);
    connection.writer().flush();
  }
}

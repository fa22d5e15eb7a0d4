package io.netpoll.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.rpc.Message;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A server that does what a test wants, with a thread for each connection. */
final class ScriptedServer {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> accepted = ConcurrentHashMap.newKeySet();
  private final ServerSocket listener;

  /** Serves one connection, which is closed when that ends. */
  interface Serving {
    void serve(DataInputStream in, DataOutputStream out) throws IOException;
  }

  ScriptedServer() throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Serves all connections so from now on. */
  void serve(Serving serving) {
    threads.execute(
        () -> {
          try {
            while (true) {
              Socket socket = listener.accept();
              accepted.add(socket);
              threads.execute(() -> serve(socket, serving));
            }
          } catch (IOException | RejectedExecutionException closed) {
            // The test is over: a socket that came last is closed with the others.
          }
        });
  }

  private static void serve(Socket socket, Serving serving) {
    try (socket) {
      serving.serve(
          new DataInputStream(socket.getInputStream()),
          new DataOutputStream(socket.getOutputStream()));
    } catch (IOException gone) {
      // The load has seen enough.
    }
  }

  static Message read(DataInputStream in) throws IOException {
    int length = in.readInt();
    return new Message(in.readLong(), in.readInt(), in.readNBytes(length - Message.HEADER));
  }

  static void write(DataOutputStream out, Message message) throws IOException {
    out.write(message.toFrame().array());
  }

  /** Closes everything, and waits for the threads. */
  void end() throws IOException, InterruptedException {
    listener.close();
    threads.shutdown();
    for (Socket socket : accepted) {
      socket.close();
    }
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    for (Socket socket : accepted) {
      socket.close();
    }
  }
}

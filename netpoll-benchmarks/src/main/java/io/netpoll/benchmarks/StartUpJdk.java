package io.netpoll.benchmarks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An echo server that needs no library and serves one client at a time: how long the virtual
 * machine itself takes to start. {@code StartUpJdk blocking PORT}.
 */
public final class StartUpJdk {
  private StartUpJdk() {}

  /**
   * Serves until the process ends.
   *
   * @param args any word, and a port
   */
  public static void main(String[] args) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[1]), 50, loopback)) {
      while (true) {
        try (Socket client = listener.accept()) {
          echo(client);
        }
      }
    }
  }

  private static void echo(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    DataOutputStream out = new DataOutputStream(client.getOutputStream());
    byte[] payload = new byte[FrameLengths.checked(in.readInt())];
    in.readFully(payload);
    out.writeInt(payload.length);
    out.write(payload);
  }
}

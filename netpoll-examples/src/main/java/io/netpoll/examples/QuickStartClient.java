package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Sends one frame to the server and prints what comes back. */
public final class QuickStartClient {
  public static void main(String[] args) throws IOException {
    try (Connection server = Dialer.dial("tcp", "127.0.0.1:8888", Duration.ofSeconds(5))) {
      ByteBuffer length = server.writer().malloc(4); // filled in when the length is known
      length.putInt(server.writer().writeString("Hello, Netpoll!"));
      server.writer().flush();
      System.out.println(server.reader().readString(server.reader().readInt()));
    }
  }
}

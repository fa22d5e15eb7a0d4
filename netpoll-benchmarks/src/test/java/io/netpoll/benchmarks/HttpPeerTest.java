package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The HTTP peer answers what the comparison asks it. */
@Timeout(60)
@ExtendWith(LeakCheck.class)
class HttpPeerTest {

  @Test
  void pipelinedRequests_areAnsweredUntilTheClientWantsNoMore() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Peer peer = new NettyHttpPeer(PeerName.NETTY_NIO, any, 1);
        Socket client = new Socket(any.getAddress(), peer.address().getPort())) {
      String get = "GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n";
      String last = "GET /other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
      client.getOutputStream().write((get + get + last).getBytes(StandardCharsets.US_ASCII));
      String answers =
          new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .replaceAll("date: [^\r]*GMT\r\n", "D\r\n");
      String greeting =
          "HTTP/1.1 200 OK\r\nD\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\n"
              + "Hello, World!";
      assertThat(answers)
          .isEqualTo(
              greeting
                  + greeting
                  + "HTTP/1.1 404 Not Found\r\nD\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n"
                  + "connection: close\r\n\r\n");
    }
  }
}

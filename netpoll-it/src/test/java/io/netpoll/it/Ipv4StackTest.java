package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that was told to use IPv4 alone, and dials a host that has addresses of both. */
@Timeout(120)
class Ipv4StackTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  static Stream<String> backends() {
    return Setting.all().stream().map(Setting::backend).distinct();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theAddressOfIpv4IsDialled_andThatOfIpv6FailsWithAReason(String backend) throws Exception {
    List<String> command =
        List.of(
            "-Djava.net.preferIPv4Stack=true",
            "-cp",
            System.getProperty("java.class.path"),
            Dials.class.getName(),
            backend);
    try (Program program = Program.java(command)) {
      assertThat(program.outcome().out())
          .satisfiesExactly(
              both -> assertThat(both).isEqualTo("127.0.0.1"),
              six -> assertThat(six).contains("ConnectException").contains("[0:0:0:0:0:0:0:1]:"));
    }
  }

  /** Prints whom it has reached, or why not. */
  static final class Dials {
    private Dials() {}

    public static void main(String[] arguments) throws IOException {
      InetAddress six = InetAddress.getByName("::1");
      InetAddress four = InetAddress.getByName("127.0.0.1");
      try (PollerGroup group = PollerGroup.builder().backend(arguments[0]).build();
          ServerSocket server = new ServerSocket(0, 1, four)) {
        Dialer dialer = Dialer.builder().group(group).resolver(host -> List.of(six, four)).build();
        String address = "somewhere:" + server.getLocalPort();
        InetSocketAddress reached =
            (InetSocketAddress) dialer.connect("tcp", address, PATIENCE).remoteAddress();
        System.out.println(reached.getAddress().getHostAddress());
        try {
          dialer.connect("tcp6", address, PATIENCE);
        } catch (IOException e) {
          System.out.println(e);
        }
      }
    }
  }
}

package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.it.Program;
import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers on Unix-domain sockets whose names the server's locale cannot spell. */
@Timeout(120)
class NamedPeersTest {
  private static final String BEYOND_ASCII = "größe-\u4e16";
  private static final int PEERS = 20;

  @TempDir Path directory;

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  @BeforeEach
  void thisProcessCanSpellThem() {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "The locale is not UTF-8.");
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "No descriptors are listed here.");
  }

  private Program serve(Setting setting, UnixDomainSocketAddress address, String locale)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            NamedPeers.class.getName(),
            setting.backend(),
            setting.execution().mode().label(),
            address.toString()));
    return Program.javaWithin("export LC_ALL=" + locale, command);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void areServedInAUtf8Locale(Setting setting) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("server"));
    try (Program program = serve(setting, address, "C.UTF-8")) {
      assertThat(program.firstLine()).isEqualTo("UTF-8");
      assertAllAreServed(address);
    }
  }

  /** The JDK itself loses them there, so NIO cannot serve them; but others go on. */
  @ParameterizedTest
  @MethodSource("settings")
  void areServedInTheCLocale_orAreInNobodysWay(Setting setting) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("server"));
    try (Program program = serve(setting, address, "C")) {
      assertThat(program.firstLine()).isNotEqualTo("UTF-8");
      if (setting.backend().equals("nio")) {
        try (SocketChannel peer = named("peer")) {
          peer.connect(address);
          assertThat(ask(address)).isPositive();
          assertThat(ask(address)).isPositive();
        }
      } else {
        assertAllAreServed(address);
      }
    }
  }

  private void assertAllAreServed(UnixDomainSocketAddress address) throws IOException {
    ask(address); // opens what the process keeps
    int before = ask(address);
    for (int i = 0; i < PEERS; i++) {
      try (SocketChannel peer = named("peer-" + i)) {
        peer.connect(address);
        assertThat(askOn(peer)).isPositive();
      }
    }
    Eventually.holds("all descriptors are closed", () -> ask(address) <= before);
  }

  private SocketChannel named(String name) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(directory.resolve(name + BEYOND_ASCII)));
    return channel;
  }

  private static int ask(UnixDomainSocketAddress address) throws IOException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      return askOn(channel);
    }
  }

  private static int askOn(SocketChannel channel) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(1);
    channel.write(ByteBuffer.wrap(new byte[] {1}));
    assertThat(channel.read(answer)).isEqualTo(1);
    return answer.get(0);
  }
}

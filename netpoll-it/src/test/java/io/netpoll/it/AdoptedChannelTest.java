package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.PollerGroup;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a channel of the JDK that was adopted can do in a group of any backend. In one that watches
 * descriptors its connection is on a loop of another backend than those of the group.
 */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class AdoptedChannelTest {
  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @MethodSource("io.netpoll.it.Setting#all")
  void aFile_isSentThroughTheSocketsOwnBackend(Setting setting) throws Exception {
    byte[] content = Frames.payload(3, 300_000);
    Path file = Files.write(directory.resolve("file"), content);
    try (PollerGroup group =
            PollerGroup.builder()
                .backend(setting.backend())
                .execution(setting.execution())
                .build();
        EventLoop server = EventLoop.builder(connection -> {}).build();
        ServerSocketChannel listening = listen();
        SocketChannel near = SocketChannel.open(listening.getLocalAddress());
        SocketChannel far = listening.accept()) {
      near.configureBlocking(false);
      Connection connection = server.adopt(group, near);
      connection.writer().transferFrom(file, 0, content.length);
      connection.writer().flush();
      byte[] received = new byte[content.length];
      new DataInputStream(Channels.newInputStream(far)).readFully(received);
      assertThat(received).isEqualTo(content);
    }
  }

  private static ServerSocketChannel listen() throws Exception {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}

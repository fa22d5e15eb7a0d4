package io.netpoll.testkit.contract;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the parts of {@link PollerContract} share: a poller that the test itself leads. */
@Timeout(300)
abstract class PollerSuite {
  @TempDir Path directory;
  PollerStage stage;

  abstract PollerProvider provider();

  @BeforeEach
  final void open() throws IOException {
    stage = new PollerStage(provider());
  }

  @AfterEach
  final void close() {
    stage.close();
  }

  /** The kind of socket for tests that are not about kinds. */
  final SocketKind anyKind() {
    return SocketKind.prompt(provider());
  }

  /** The number of sockets and the like that the process has open; 0 where none can tell. */
  static int descriptors() {
    return ThreadsAndDescriptors.now(List.of()).descriptors().size();
  }

  final SocketPair pair() throws IOException {
    return pair(anyKind());
  }

  final SocketPair pair(SocketKind kind) throws IOException {
    return pair(kind, new RecordingEndpoint());
  }

  final SocketPair pair(RecordingEndpoint endpoint) throws IOException {
    return pair(anyKind(), endpoint);
  }

  final SocketPair pair(SocketKind kind, RecordingEndpoint endpoint) throws IOException {
    return SocketPair.open(stage, kind, directory, endpoint);
  }

  /** A listening socket of the JDK's, closed at the end. */
  final ServerSocketChannel listen(SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    return stage.keep(kind.listen(directory));
  }

  /** A pair that reads, and has been polled. */
  final SocketPair readingPair(SocketKind kind) throws IOException {
    SocketPair pair = pair(kind);
    pair.endpoint().resume();
    stage.turn();
    return pair;
  }
}

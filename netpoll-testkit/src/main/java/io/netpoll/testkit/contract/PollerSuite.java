package io.netpoll.testkit.contract;

import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the parts of {@link PollerContract} share: a poller that the test itself leads. */
@Timeout(60)
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

  final SocketPair pair() throws IOException {
    return pair(anyKind());
  }

  final SocketPair pair(SocketKind kind) throws IOException {
    return stage.pair(kind, directory);
  }

  final SocketPair pair(RecordingEndpoint endpoint) throws IOException {
    return stage.pair(anyKind(), directory, endpoint);
  }

  /** A pair that reads, and has been polled. */
  final SocketPair readingPair(SocketKind kind) throws IOException {
    SocketPair pair = pair(kind);
    pair.handle().resumeInput();
    stage.turn();
    return pair;
  }
}

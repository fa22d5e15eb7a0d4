package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the parts of {@link ConnectionContract} share. */
@Timeout(300)
abstract class ConnectionSuite {
  /** Sends back whatever came, in every execution mode. */
  static final OnRequest ECHO =
      connection -> {
        Reader in = connection.reader();
        connection.writer().append(in.slice(in.length()));
        connection.writer().flush();
      };

  @TempDir Path directory;
  private @Nullable ConnectionStage opened;

  abstract ConnectionContract contract();

  final PollerProvider provider() {
    return contract().provider();
  }

  /** Skips the test, with a reason, where connections have a filter. */
  final void assumeNoFilter(String reason) {
    assumeTrue(contract().filter() == null, reason);
  }

  /** A kind of socket with an execution mode. */
  record Setting(SocketKind kind, Execution.Mode mode) {}

  /** All of them; what does not exist here is skipped, by name, when it is opened. */
  static Stream<Setting> settings() {
    return Arrays.stream(SocketKind.values())
        .flatMap(
            kind -> Arrays.stream(Execution.Mode.values()).map(mode -> new Setting(kind, mode)));
  }

  /** Opens the stage of a test, which has one at a time. */
  final ConnectionStage open(Execution.Mode mode) throws IOException {
    return open(mode, 1);
  }

  final ConnectionStage open(Execution.Mode mode, int loops) throws IOException {
    if (opened != null) {
      throw new IllegalStateException("The test has a stage that is not closed.");
    }
    ConnectionStage stage =
        new ConnectionStage(provider(), contract().filter(), mode, loops, directory);
    opened = stage;
    return stage;
  }

  /** Checks that a call has failed because {@code side} has closed its connection. */
  static void assertClosedBy(Side side, Throwable failure) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            ConnectionClosedException.class, closed -> assertThat(closed.side()).isEqualTo(side));
  }

  @AfterEach
  final void close() {
    ConnectionStage stage = opened;
    opened = null;
    if (stage != null) {
      stage.close();
    }
  }
}

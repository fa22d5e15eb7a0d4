package io.netpoll.examples.top;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.ReadTimeoutException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a {@link StatsServer} for snapshots, one at a time; waits five seconds for each at most. */
final class StatsClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int LONGEST = 1 << 20;

  private final StatsAddress address;
  private final PollerGroup group;
  private final Dialer dialer;

  StatsClient(StatsAddress address) throws PollerUnavailableException {
    this.address = address;
    this.group =
        PollerGroup.builder()
            .name("top")
            .backend("nio")
            .execution(Execution.inline())
            .loops(1)
            .build();
    this.dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
  }

  /**
   * Asks for a snapshot of now.
   *
   * @throws IOException if nobody answers in time, with a sentence for the user
   * @throws IllegalArgumentException if the answer is no snapshot
   */
  Snapshot ask() throws IOException {
    try (Connection connection = dialer.connect(address.network(), address.address(), PATIENCE)) {
      byte[] answer = connection.reader().asInputStream().readNBytes(LONGEST);
      return Snapshot.parse(new String(answer, StandardCharsets.UTF_8));
    } catch (ReadTimeoutException silent) {
      throw new IOException("It says nothing.", silent);
    }
  }

  @Override
  public void close() {
    group.close();
  }
}

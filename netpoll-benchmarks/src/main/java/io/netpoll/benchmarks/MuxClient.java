package io.netpoll.benchmarks;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.examples.RpcClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;

/** The multiplexer of the examples: all callers share its connections, each call has an id. */
final class MuxClient implements EchoClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PollerGroup group;
  private final RpcClient client;

  /**
   * Connects.
   *
   * @param group this client's from now on
   */
  MuxClient(InetSocketAddress server, int connections, PollerGroup group) throws IOException {
    this.group = group;
    try {
      client =
          RpcClient.connect(
              Dialer.builder().group(group).build(),
              "tcp",
              server.getHostString() + ":" + server.getPort(),
              connections,
              PATIENCE);
    } catch (IOException | RuntimeException e) {
      group.close();
      throw e;
    }
  }

  @Override
  public Line open() {
    return new MuxLine(client);
  }

  @Override
  public void close() {
    client.close();
    group.close();
  }

  private record MuxLine(RpcClient client) implements Line {
    @Override
    public void echo(byte[] payload) throws IOException {
      byte[] answer = client.call(payload, PATIENCE);
      if (!Arrays.equals(answer, payload)) {
        throw EchoClient.wrong(payload.length, answer.length);
      }
    }

    /** The connections are everybody's. */
    @Override
    public void close() {}
  }
}

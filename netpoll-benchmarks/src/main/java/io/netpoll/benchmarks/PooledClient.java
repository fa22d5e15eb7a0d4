package io.netpoll.benchmarks;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A few connections that callers take, use for one exchange, and give back. */
final class PooledClient implements EchoClient {
  private final EchoClient client;
  private final BlockingQueue<Line> idle;

  /**
   * Connects.
   *
   * @param client makes the connections; this client's from now on
   */
  PooledClient(EchoClient client, int connections) throws IOException, InterruptedException {
    this.client = client;
    idle = new ArrayBlockingQueue<>(connections);
    for (int i = 0; i < connections; i++) {
      idle.add(client.open());
    }
  }

  @Override
  public Line open() {
    return new PooledLine(idle);
  }

  @Override
  public void close() throws IOException {
    for (Line line : idle) {
      line.close();
    }
    client.close();
  }

  private record PooledLine(BlockingQueue<Line> idle) implements Line {
    @Override
    public void echo(byte[] payload) throws IOException, InterruptedException {
      Line line = idle.take();
      try {
        line.echo(payload);
      } finally {
        idle.add(line);
      }
    }

    /** The connections are everybody's. */
    @Override
    public void close() {}
  }
}

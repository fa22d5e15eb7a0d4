package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.benchmarks.rpc.Message;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Netpoll's client: callers write, flush and read in blocking style. */
final class OurClient implements MessageClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PollerGroup group;
  private final Dialer dialer;
  private final InetSocketAddress server;

  OurClient(
      InetSocketAddress server,
      @Nullable Integer loops,
      @Nullable String backend,
      ExecutionName execution)
      throws IOException {
    this.server = server;
    group = group(loops, backend).execution(execution.execution()).build();
    dialer = Dialer.builder().group(group).build();
  }

  /** Begins to set up the poll loops of a client; what is null is left to the library. */
  static PollerGroup.Builder group(@Nullable Integer loops, @Nullable String backend) {
    PollerGroup.Builder builder = PollerGroup.builder().name("client");
    if (backend != null) {
      builder.backend(backend);
    }
    if (loops != null) {
      builder.loops(loops);
    }
    return builder;
  }

  @Override
  public MessageLine open() throws IOException {
    return new OurLine(dialer.connectTcp(null, server, PATIENCE));
  }

  @Override
  public void close() {
    group.close();
  }

  private record OurLine(Connection connection) implements MessageLine {
    @Override
    public void echo(byte[] payload) throws IOException {
      Writer out = connection.writer();
      out.writeInt(payload.length);
      out.writeBinary(payload);
      out.flush();
      Reader in = connection.reader();
      int length = in.readInt();
      if (length != payload.length || !in.next(length).equals(ByteBuffer.wrap(payload))) {
        throw EchoClient.wrong(payload.length, length);
      }
      in.release();
    }

    @Override
    public Message call(Message request) throws IOException {
      request.write(connection.writer());
      connection.writer().flush();
      Reader in = connection.reader();
      Message answer = Message.read(in, FrameLengths.checked(in.readInt()));
      in.release();
      return answer;
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}

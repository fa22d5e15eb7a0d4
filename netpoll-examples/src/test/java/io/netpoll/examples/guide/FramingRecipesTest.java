package io.netpoll.examples.guide;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.netpoll.Connection;
import io.netpoll.DelimiterNotFoundException;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakePeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The recipes for framing, and for testing it. */
@Timeout(60)
class FramingRecipesTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  // snippet: by-length
  static LinkBuffer readFrame(Reader reader, int max) throws IOException {
    int length = reader.readInt();
    if (length < 0 || length > max) {
      throw new IOException("A frame of " + length + " bytes was announced, at most " + max);
    }
    return reader.slice(length); // by reference; lives until it is closed
  }

  // end

  @Test
  void byLength() throws IOException {
    try (LinkBuffer buffer = LinkBuffer.create()) {
      buffer.writeInt(3);
      buffer.writeString("abc");
      buffer.writeInt(-1);
      buffer.flush();
      try (LinkBuffer frame = readFrame(buffer, 100)) {
        assertThat(frame.readString(3)).isEqualTo("abc");
      }
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> readFrame(buffer, 100));
    }
  }

  // snippet: by-delimiter
  static String readLine(Reader reader) throws IOException {
    ByteBuffer line = reader.until((byte) '\n', 8192); // fails once 8192 bytes have no end of line
    int length = line.remaining() - 1;
    if (length > 0 && line.get(length - 1) == '\r') {
      length--;
    }
    return US_ASCII.decode(line.limit(length)).toString();
  }

  // end

  @Test
  void byDelimiter() throws IOException {
    try (LinkBuffer buffer = LinkBuffer.create()) {
      buffer.writeString("one\r\ntwo\n\n" + "x".repeat(9000));
      buffer.flush();
      assertThat(readLine(buffer)).isEqualTo("one");
      assertThat(readLine(buffer)).isEqualTo("two");
      assertThat(readLine(buffer)).isEmpty();
      assertThatExceptionOfType(DelimiterNotFoundException.class)
          .isThrownBy(() -> readLine(buffer));
    }
  }

  private int temperature;
  private String text = "";

  // snippet: by-type
  void handle(Connection connection) throws IOException {
    Reader reader = connection.reader();
    byte type = reader.peek(1).get(); // looks, and leaves it there for who reads the message
    switch (type) {
      case 'T' -> readTemperature(reader);
      case 'M' -> readText(reader);
      default -> throw new IOException("A message of type " + type + " came: T or M is known");
    }
  }

  // end

  private void readTemperature(Reader reader) throws IOException {
    reader.skip(1);
    temperature = reader.readShort();
  }

  private void readText(Reader reader) throws IOException {
    reader.skip(1);
    text = reader.readString(reader.readUnsignedByte());
  }

  @Test
  void byType_testedWithoutANetwork() throws Exception {
    // snippet: fakes
    PollerGroup group =
        PollerGroup.builder().backend("fake").execution(Execution.workers()).build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    try (EventLoop server = EventLoop.builder(this::handleAndAnswer).build()) {
      server.start(listener);
      FakePeer client = FakeNetwork.connect(listener.localAddress());
      client.send("T"); // pieces arrive as the test sends them
      client.send(new byte[] {1});
      client.send(new byte[] {2});
      assertThat(client.receiveText(2, SOON)).isEqualTo("ok");
      client.reset();
    }
    // end
    assertThat(temperature).isEqualTo(0x102);
    group.close();
    FakeNetwork.reset();
  }

  private void handleAndAnswer(Connection connection) throws IOException {
    handle(connection);
    connection.writer().writeString("ok");
    connection.writer().flush();
  }

  @Test
  void byType_ofAText() throws IOException {
    try (LinkBuffer buffer = LinkBuffer.create()) {
      buffer.writeString("M");
      buffer.writeByte(2);
      buffer.writeString("hi");
      buffer.flush();
      readText(buffer);
      assertThat(text).isEqualTo("hi");
    }
  }

  // snippet: protobuf
  static void write(Message message, Writer writer) throws IOException {
    int size = message.getSerializedSize();
    writer.writeInt(size);
    // Encodes into the writer's own memory.
    message.writeTo(CodedOutputStream.newInstance(writer.malloc(size)));
    writer.flush();
  }

  static BytesValue read(Reader reader) throws IOException {
    // Decodes from the memory that the bytes arrived in.
    return BytesValue.parseFrom(reader.next(reader.readInt()));
  }

  // end

  @Test
  void protobuf() throws IOException {
    BytesValue sent = BytesValue.of(Any.pack(StringValue.of("x".repeat(20_000))).toByteString());
    try (LinkBuffer buffer = LinkBuffer.create()) {
      write(sent, buffer);
      assertThat(read(buffer)).isEqualTo(sent);
      assertThat(buffer.length()).isZero();
    }
  }
}

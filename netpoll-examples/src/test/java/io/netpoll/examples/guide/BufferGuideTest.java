package io.netpoll.examples.guide;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The guide's chapter on reading and writing. */
class BufferGuideTest {

  @Test
  void reading() throws IOException {
    try (LinkBuffer reader = LinkBuffer.create()) {
      reader.writeString("headbodyskipline\r\nrest");
      reader.flush();
      // snippet: reader
      ByteBuffer view = reader.next(4); // a view of the buffer's memory, not a copy
      ByteBuffer again = reader.peek(4); // as next, but the reader stays where it is
      String body = reader.readString(4); // a copy
      reader.skip(4);
      ByteBuffer line = reader.until((byte) '\n'); // with the delimiter
      int left = reader.length();
      // end
      assertThat(view).isEqualTo(ByteBuffer.wrap("head".getBytes(US_ASCII)));
      assertThat(again.remaining()).isEqualTo(4);
      assertThat(body).isEqualTo("body");
      assertThat(line.remaining()).isEqualTo(6);
      assertThat(left).isEqualTo(4);
      // snippet: release
      reader.release(); // ends all views taken so far; their memory is used again
      // end
    }
  }

  @Test
  void writing() throws IOException {
    try (LinkBuffer writer = LinkBuffer.create()) {
      // snippet: writer
      ByteBuffer length = writer.malloc(4); // filled in later, but before flush
      int written = writer.writeString("a message");
      writer.writeByte('\n');
      length.putInt(written + 1);
      writer.flush(); // in a connection it sends, in a free-standing buffer it shows
      // end
      assertThat(writer.readInt()).isEqualTo(10);
      assertThat(writer.readString(10)).isEqualTo("a message\n");
    }
  }

  @Test
  void slicingAndAppending() throws IOException {
    LinkBuffer source = LinkBuffer.create();
    source.writeString("one two three");
    source.flush();
    // snippet: slice
    LinkBuffer slice = source.slice(8); // shares memory; lives until it is released itself
    source.close();
    LinkBuffer message = LinkBuffer.create();
    message.writeString("zero ");
    message.append(slice); // by reference; the slice is empty now
    message.flush();
    // end
    assertThat(message.readString(13)).isEqualTo("zero one two ");
    message.close();
  }

  @Test
  void streamsAndChannels() throws IOException {
    InputStream in = new ByteArrayInputStream(new byte[] {0, 0, 0, 7});
    OutputStream out = new ByteArrayOutputStream();
    // snippet: streams
    Reader reader = Reader.from(in); // any stream or channel, read in the same way
    Writer writer = Writer.to(out);
    writer.writeInt(reader.readInt());
    writer.flush();
    // end
    assertThat(((ByteArrayOutputStream) out).toByteArray()).containsExactly(0, 0, 0, 7);
    try (LinkBuffer buffer = LinkBuffer.create()) {
      // snippet: as-streams
      buffer.writeLong(42);
      buffer.flush();
      long value = new DataInputStream(buffer.asInputStream()).readLong();
      // end
      assertThat(value).isEqualTo(42);
    }
  }
}

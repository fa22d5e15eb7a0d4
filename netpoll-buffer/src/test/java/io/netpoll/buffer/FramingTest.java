package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * The two ways to frame messages, by a length and by a delimiter: whatever the fragments in which
 * bytes arrive, the same messages come out, and what is no message is refused without a byte lost.
 */
class FramingTest {
  private static final byte DELIMITER = '\n';
  private static final int MOST = 20_000;

  @Provide
  Arbitrary<List<byte[]>> messages() {
    return Arbitraries.integers().between(0, MOST).map(FramingTest::message).list().ofMaxSize(20);
  }

  /** A message of random bytes without the delimiter. */
  private static byte[] message(int size) {
    byte[] message = new byte[size];
    new Random(size).nextBytes(message);
    for (int i = 0; i < size; i++) {
      message[i] = message[i] == DELIMITER ? 0 : message[i];
    }
    return message;
  }

  private static byte[] delimited(List<byte[]> messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      out.writeBytes(message);
      out.write(DELIMITER);
    }
    return out.toByteArray();
  }

  private static byte[] prefixed(List<byte[]> messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(message.length).array());
      out.writeBytes(message);
    }
    return out.toByteArray();
  }

  @Property(tries = 300)
  void lengths_fromAChannelThatGivesFragments(
      @ForAll("messages") List<byte[]> messages, @ForAll long seed) throws Exception {
    Reader in = Reader.from(new Fragments(prefixed(messages), new Random(seed)));
    for (byte[] message : messages) {
      assertThat(in.peekInt()).isEqualTo(message.length);
      assertThat(in.readBinary(in.readInt())).isEqualTo(message);
      in.release();
    }
    assertThatThrownBy(in::readInt).isInstanceOf(EOFException.class);
  }

  @Property(tries = 300)
  void delimiters_fromAChannelThatGivesFragments(
      @ForAll("messages") List<byte[]> messages, @ForAll long seed) throws Exception {
    Reader in = Reader.from(new Fragments(delimited(messages), new Random(seed)));
    for (byte[] message : messages) {
      ByteBuffer line = in.until(DELIMITER, MOST + 1);
      assertThat(line.remaining()).isEqualTo(message.length + 1);
      byte[] bytes = new byte[message.length];
      line.get(bytes);
      assertThat(bytes).isEqualTo(message);
      in.release();
    }
    assertThatThrownBy(() -> in.until(DELIMITER)).isInstanceOf(IOException.class);
  }

  @Property(tries = 300)
  void delimitersAndLengths_inABufferThatIsFlushedInFragments(
      @ForAll("messages") List<byte[]> messages, @ForAll long seed) throws Exception {
    Random random = new Random(seed);
    try (LinkBuffer buffer = LinkBuffer.create()) {
      for (byte[] message : messages) {
        write(buffer, prefixed(List.of(message)), random);
        write(buffer, delimited(List.of(message)), random);
      }
      for (byte[] message : messages) {
        assertThat(buffer.readBinary(buffer.readInt())).isEqualTo(message);
        assertThat(buffer.until(DELIMITER).remaining()).isEqualTo(message.length + 1);
        buffer.release();
      }
      assertThat(buffer.length()).isZero();
    }
  }

  private static void write(LinkBuffer buffer, byte[] bytes, Random random) throws IOException {
    for (int written = 0; written < bytes.length; ) {
      int fragment = Math.min(bytes.length - written, 1 + random.nextInt(1 << random.nextInt(15)));
      buffer.writeBinary(bytes, written, fragment);
      buffer.flush();
      written += fragment;
    }
  }

  @Property(tries = 300)
  void aLineLongerThanAllowed_isRefused_andStaysReadable(
      @ForAll @IntRange(min = 1, max = MOST) int allowed,
      @ForAll @IntRange(max = MOST) int length,
      @ForAll long seed)
      throws Exception {
    byte[] line = delimited(List.of(message(length)));
    Reader in = Reader.from(new Fragments(line, new Random(seed)));
    if (line.length <= allowed) {
      assertThat(in.until(DELIMITER, allowed).remaining()).isEqualTo(line.length);
    } else {
      assertThatThrownBy(() -> in.until(DELIMITER, allowed))
          .isInstanceOf(DelimiterNotFoundException.class);
      assertThat(in.readBinary(line.length)).isEqualTo(line);
    }
  }

  @Property(tries = 300)
  void aMessageThatIsCutShort_isRefused_andStaysReadable(
      @ForAll @IntRange(min = 1, max = MOST) int length,
      @ForAll @IntRange(min = 1, max = MOST) int missing,
      @ForAll long seed)
      throws Exception {
    byte[] whole = prefixed(List.of(message(length)));
    int left = Math.max(0, whole.length - missing);
    byte[] cut = Arrays.copyOf(whole, left);
    Reader in = Reader.from(new Fragments(cut, new Random(seed)));
    assertThatThrownBy(
            () -> {
              int announced = in.peekInt();
              in.next(Integer.BYTES + announced);
            })
        .isInstanceOf(EOFException.class);
    assertThat(in.readBinary(left)).isEqualTo(cut);
  }

  /** A channel that gives its bytes in fragments of random sizes. */
  private static final class Fragments implements ReadableByteChannel {
    private final ByteBuffer left;
    private final Random random;

    Fragments(byte[] bytes, Random random) {
      this.left = ByteBuffer.wrap(bytes);
      this.random = random;
    }

    @Override
    public int read(ByteBuffer destination) {
      if (!left.hasRemaining()) {
        return -1;
      }
      int fragment = 1 + random.nextInt(1 << random.nextInt(15));
      int count = Math.min(Math.min(fragment, left.remaining()), destination.remaining());
      destination.put(left.slice().limit(count));
      left.position(left.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}

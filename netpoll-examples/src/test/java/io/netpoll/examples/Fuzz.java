package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;

/**
 * Feeds parsers with what was valid before some bytes of it were changed, cut at every boundary:
 * what they make of it must not depend on the cut, nor may they buffer more than came.
 */
public final class Fuzz {
  private static final int MOST_EDITS = 4;
  private static final long MEMORY = 2 << 20;

  private Fuzz() {}

  /** Reads to the end and tells everything that was seen; closes nothing. */
  @FunctionalInterface
  public interface Parser {
    List<String> parse(Reader in) throws IOException;
  }

  /** Parses in two pieces, for every place between them, and byte by byte. */
  public static void check(byte[] bytes, Parser parser) throws IOException {
    List<String> whole = parse(bytes, bytes.length, bytes.length, parser);
    assertThat(whole.size()).as("steps for %d bytes", bytes.length).isLessThan(bytes.length + 2);
    for (int cut = 1; cut < bytes.length; cut++) {
      assertThat(parse(bytes, cut, bytes.length, parser)).as("cut at %d", cut).isEqualTo(whole);
    }
    assertThat(parse(bytes, 1, 1, parser)).as("byte by byte").isEqualTo(whole);
  }

  private static List<String> parse(byte[] bytes, int first, int rest, Parser parser)
      throws IOException {
    Pieces pieces = new Pieces(bytes, first, rest);
    Reader in = Reader.from(pieces);
    List<String> seen = parser.parse(in);
    in.skip(in.length());
    in.release();
    assertThat(pieces.mostMemory).as("bytes of pages").isLessThan(MEMORY);
    return seen;
  }

  /** Changes, removes, repeats or inserts some bytes, or cuts the end off; or does nothing. */
  public static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid;
    for (int edits = random.nextInt(MOST_EDITS + 1); edits > 0 && bytes.length > 0; edits--) {
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + random.nextInt(1 << random.nextInt(5)));
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> join(bytes, 0, from, noise(random, to - from), to);
            case 1 -> join(bytes, 0, from, new byte[0], to);
            case 2 -> join(bytes, 0, to, new byte[0], from);
            case 3 -> join(bytes, 0, from, noise(random, 1 + random.nextInt(4)), from);
            default -> join(bytes, 0, from, new byte[0], bytes.length);
          };
    }
    return bytes;
  }

  /** Bytes that mean something to text protocols more often than not. */
  private static byte[] noise(Random random, int length) {
    byte[] noise = new byte[length];
    for (int i = 0; i < length; i++) {
      String telling = "\r\n \t\0:;,-+*$0159aFx\"'\\/";
      noise[i] =
          random.nextBoolean()
              ? (byte) telling.charAt(random.nextInt(telling.length()))
              : (byte) random.nextInt();
    }
    return noise;
  }

  private static byte[] join(byte[] bytes, int from, int to, byte[] middle, int rest) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(bytes, from, to - from);
    joined.writeBytes(middle);
    joined.write(bytes, rest, bytes.length - rest);
    return joined.toByteArray();
  }

  /** A stream that gives one piece a read, and looks at the memory that is in use meanwhile. */
  private static final class Pieces extends InputStream {
    private final byte[] bytes;
    private final int rest;
    private final long before = LinkBuffer.memory().inUse();
    private int next;
    private int at;
    long mostMemory;

    Pieces(byte[] bytes, int first, int rest) {
      this.bytes = bytes;
      this.rest = rest;
      next = first;
    }

    @Override
    public int read() {
      throw new AssertionError("It is read by the piece.");
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      mostMemory = Math.max(mostMemory, LinkBuffer.memory().inUse() - before);
      if (at == bytes.length) {
        return -1;
      }
      int got = Math.min(Math.min(next, length), bytes.length - at);
      System.arraycopy(bytes, at, into, offset, got);
      at += got;
      next = rest;
      return got;
    }
  }
}

package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Any sequence of all operations, byte-exact against plain arrays. */
class LinkedBufferModelTest {
  private static final int[] EDGES = {
    0, 1, 3, 7, 8, 255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 16383, 16384, 16385
  };
  private static final int STEPS = 700;

  private static final byte[] CONTENT = new byte[100_000];
  private static final PagePool POOL = new PagePool(512L << 20);

  private static Path file;
  private static FileChannel channel;

  /**
   * A step of a sequence.
   *
   * @param kind which operation
   * @param size how many bytes, where the operation can be given any number
   * @param choices what decides all else
   */
  record Step(int kind, int size, long choices) {}

  @BeforeContainer
  static void writeFile() throws IOException {
    new Random(1).nextBytes(CONTENT);
    file = Files.createTempFile("netpoll-buffer", "content");
    Files.write(file, CONTENT);
    channel = FileChannel.open(file);
  }

  @AfterContainer
  static void deleteFile() throws IOException {
    channel.close();
    Files.delete(file);
  }

  @Provide
  Arbitrary<List<Step>> sequences() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 33).withDistribution(RandomDistribution.uniform()),
            sizes(),
            Arbitraries.longs().withDistribution(RandomDistribution.uniform()))
        .as(Step::new)
        .list()
        .ofMinSize(STEPS / 10)
        .ofMaxSize(STEPS)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  private static Arbitrary<Integer> sizes() {
    Arbitrary<Integer> edges =
        Arbitraries.integers().between(0, EDGES.length - 1).map(i -> EDGES[i]);
    return Arbitraries.frequencyOf(
        Tuple.of(140, between(0, 1200)),
        Tuple.of(40, edges),
        Tuple.of(20, Combinators.combine(edges, between(1, 2)).as((n, pages) -> n + 4096 * pages)),
        Tuple.of(20, between(0, 5000)),
        Tuple.of(20, between(0, 70_000)),
        Tuple.of(1, between(1_100_000, 1_100_010)));
  }

  private static Arbitrary<Integer> between(int least, int most) {
    return Arbitraries.integers()
        .between(least, most)
        .withDistribution(RandomDistribution.uniform());
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anySequenceIsByteExactAndLeavesNoPageInUse(@ForAll("sequences") List<Step> sequence)
      throws Exception {
    Run run = new Run(POOL, channel, CONTENT);
    try {
      run.steps(sequence);
    } catch (Throwable e) {
      run.abandon();
      throw new AssertionError("last steps " + run.tail(), e);
    }
  }

  private static final class Run {
    Random random = new Random(0);
    int size;
    final PagePool pool;
    final LinkedBuffer buffer;
    final FileChannel file;
    final byte[] content;
    final List<String> log = new ArrayList<>();
    final List<ByteBuffer> views = new ArrayList<>();
    final List<byte[]> viewed = new ArrayList<>();
    final List<LinkedBuffer> slices = new ArrayList<>();
    final List<byte[]> sliced = new ArrayList<>();
    byte[] readable = {};
    byte[] unflushed = {};
    ByteBuffer malloc;
    int mallocAt;
    byte next;
    long totalWritten;
    long totalConsumed;

    Run(PagePool pool, FileChannel file, byte[] content) {
      this.pool = pool;
      buffer = new LinkedBuffer(pool);
      this.file = file;
      this.content = content;
    }

    List<String> tail() {
      return log.subList(Math.max(0, log.size() - 12), log.size());
    }

    /** Gives all memory back, so that a smaller sequence that fails, too, can be looked for. */
    void abandon() {
      buffer.close();
      slices.forEach(LinkedBuffer::close);
    }

    void steps(List<Step> sequence) throws Exception {
      for (Step step : sequence) {
        random = new Random(step.choices());
        size = step.size();
        step(readable.length > 60_000 ? step.kind() % 17 : step.kind());
        assertThat(buffer.length()).isEqualTo(readable.length);
        assertThat(buffer.mallocLength()).isEqualTo(unflushed.length);
        assertThat(buffer.written()).isEqualTo(totalWritten);
        assertThat(buffer.consumed()).isEqualTo(totalConsumed);
      }
      flush();
      byte[] rest = buffer.readBinary(buffer.length());
      assertThat(rest).isEqualTo(readable);
      checkViews();
      buffer.release();
      for (int i = 0; i < slices.size(); i++) {
        checkSlice(i);
        slices.get(i).close();
      }
      assertThat(pool.pagesInUse()).isZero();
    }

    int size() {
      return size;
    }

    int readSize() {
      int n = random.nextInt(4) == 0 ? readable.length : Math.min(size(), readable.length);
      return random.nextInt(8) == 0 ? Math.max(0, n - random.nextInt(3)) : n;
    }

    byte[] bytes(int n) {
      byte[] bytes = new byte[n];
      for (int i = 0; i < n; i++) {
        bytes[i] = next++;
        if (next % 61 == 0) {
          next += 3;
        }
      }
      return bytes;
    }

    void wrote(byte[] bytes) {
      unflushed = concat(unflushed, bytes);
    }

    byte[] read(int n) {
      byte[] bytes = Arrays.copyOf(readable, n);
      readable = Arrays.copyOfRange(readable, n, readable.length);
      totalConsumed += n;
      return bytes;
    }

    void step(int kind) throws Exception {
      int n;
      byte[] b;
      switch (kind) {
        case 0, 1, 2 -> {
          n = readSize();
          note("next", n);
          keep(buffer.next(n), read(n));
        }
        case 3, 4 -> {
          n = readSize();
          note("peek", n);
          keep(buffer.peek(n), Arrays.copyOf(readable, n));
          if (readable.length >= 4) {
            assertThat(buffer.peekInt()).isEqualTo(ByteBuffer.wrap(readable).getInt());
          }
        }
        case 5 -> {
          n = readSize();
          note("skip", n);
          buffer.skip(n);
          read(n);
        }
        case 6 -> {
          n = readSize();
          note("readBinary", n);
          assertThat(buffer.readBinary(n)).isEqualTo(read(n));
        }
        case 7 -> numbers();
        case 8 -> until();
        case 9 -> indexOf();
        case 10 -> {
          n = size();
          note("readTo", n);
          ByteBuffer to = random.nextBoolean() ? ByteBuffer.allocate(n) : direct(new byte[n]);
          int got = buffer.readTo(to);
          int expected = n == 0 ? 0 : readable.length == 0 ? -1 : Math.min(n, readable.length);
          assertThat(got).isEqualTo(expected);
          b = new byte[Math.max(0, got)];
          to.flip().get(b);
          assertThat(to.hasRemaining()).isFalse();
          assertThat(b).isEqualTo(read(b.length));
        }
        case 11, 12 -> release();
        case 13 -> {
          n = readSize();
          note("slice", n);
          slices.add(buffer.slice(n));
          sliced.add(read(n));
        }
        case 14 -> useSlice();
        case 15 -> {
          n = readable.length + 1 + random.nextInt(10);
          note("tooFar", n);
          int tooMany = n;
          org.assertj.core.api.Assertions.assertThatThrownBy(() -> buffer.next(tooMany))
              .isInstanceOf(EOFException.class)
              .hasMessage("needs " + n + " bytes, " + readable.length + " are readable");
        }
        case 16 -> collect();
        case 17, 18 -> {
          b = bytes(size());
          note("writeBinary", b.length);
          if (random.nextBoolean()) {
            byte[] padded = concat(new byte[3], concat(b, new byte[2]));
            buffer.writeBinary(padded, 3, b.length);
          } else {
            ByteBuffer source = random.nextBoolean() ? ByteBuffer.wrap(b) : direct(b);
            buffer.writeBinary(source);
            assertThat(source.hasRemaining()).isFalse();
          }
          wrote(b);
        }
        case 19, 20 -> writeNumbers();
        case 21, 22 -> malloc();
        case 23 -> {
          n = random.nextInt(unflushed.length + 1);
          note("mallocAck", n);
          buffer.mallocAck(n);
          malloc = null;
          unflushed = Arrays.copyOf(unflushed, n);
        }
        case 24, 25 -> writeDirect();
        case 26 -> append();
        case 27 -> transfer();
        case 28, 29 -> fill();
        case 30 -> give();
        case 31 -> {
          String text = "é€ plain".repeat(random.nextInt(900));
          note("writeString", text.length());
          assertThat(buffer.writeString(text)).isEqualTo(text.getBytes("UTF-8").length);
          wrote(text.getBytes("UTF-8"));
        }
        default -> {
          if (random.nextInt(60) == 0) {
            note("close", 0);
            checkViews();
            buffer.close();
            totalConsumed += readable.length;
            readable = new byte[0];
            unflushed = new byte[0];
            malloc = null;
          } else {
            flush();
          }
        }
      }
    }

    void note(String what, int n) {
      log.add(what + " " + n + " of " + readable.length + "+" + unflushed.length);
    }

    void keep(ByteBuffer view, byte[] expected) {
      assertThat(view.isDirect()).isTrue();
      assertThat(view.position()).isZero();
      assertThat(view.limit()).isEqualTo(view.capacity()).isEqualTo(expected.length);
      views.add(view);
      viewed.add(expected);
      checkView(views.size() - 1);
    }

    void checkView(int index) {
      byte[] actual = new byte[viewed.get(index).length];
      views.get(index).get(0, actual);
      assertThat(actual).isEqualTo(viewed.get(index));
    }

    void checkViews() {
      for (int i = 0; i < views.size(); i++) {
        checkView(i);
      }
      views.clear();
      viewed.clear();
    }

    void release() {
      note("release", 0);
      checkViews();
      buffer.release();
    }

    void flush() {
      note("flush", unflushed.length);
      malloc = null;
      buffer.flush();
      totalWritten += unflushed.length;
      readable = concat(readable, unflushed);
      unflushed = new byte[0];
    }

    void numbers() throws Exception {
      note("numbers", 0);
      for (int i = random.nextInt(2000); i >= 0 && readable.length >= 15; i--) {
        ByteBuffer expected = ByteBuffer.wrap(read(15));
        assertThat(buffer.readByte()).isEqualTo(expected.get());
        assertThat(buffer.readShort()).isEqualTo(expected.getShort());
        assertThat(buffer.readInt()).isEqualTo(expected.getInt());
        assertThat(buffer.readLong()).isEqualTo(expected.getLong());
      }
    }

    void writeNumbers() {
      int count = random.nextInt(800);
      note("writeNumbers", count);
      ByteBuffer expected = ByteBuffer.allocate(15 * count);
      for (int i = 0; i < count; i++) {
        long value = random.nextLong();
        buffer.writeByte((int) value);
        buffer.writeShort((int) value);
        buffer.writeInt((int) value);
        buffer.writeLong(value);
        expected.put((byte) value).putShort((short) value).putInt((int) value).putLong(value);
      }
      wrote(expected.array());
    }

    void until() throws Exception {
      byte delimiter = (byte) random.nextInt(256);
      int max = 1 + size();
      note("until", max);
      int at = find(delimiter, 0, readable.length);
      if (at >= 0 && at < max) {
        keep(buffer.until(delimiter, max), read(at + 1));
      } else {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> buffer.until(delimiter, max))
            .isInstanceOf(java.io.IOException.class);
      }
    }

    void indexOf() {
      byte value = (byte) random.nextInt(256);
      int from = random.nextInt(readable.length + 10);
      int max = size();
      note("indexOf", from);
      assertThat(buffer.indexOf(value)).isEqualTo(find(value, 0, readable.length));
      int end = Math.min(readable.length, from + max);
      assertThat(buffer.indexOf(value, from, max)).isEqualTo(find(value, from, end));
      sequence(from);
    }

    void sequence(int from) {
      int at = random.nextInt(readable.length + 1);
      int length = Math.min(readable.length - at, random.nextInt(20));
      byte[] wanted = Arrays.copyOfRange(readable, at, at + length);
      if (length == 0) {
        wanted = new byte[] {1, 2};
      } else if (random.nextInt(4) == 0) {
        wanted[length - 1]++;
      }
      assertThat(buffer.indexOf(wanted, from)).isEqualTo(find(wanted, from));
    }

    int find(byte[] wanted, int from) {
      for (int i = from; i + wanted.length <= readable.length; i++) {
        if (Arrays.equals(readable, i, i + wanted.length, wanted, 0, wanted.length)) {
          return i;
        }
      }
      return -1;
    }

    int find(byte value, int from, int to) {
      for (int i = from; i < to; i++) {
        if (readable[i] == value) {
          return i;
        }
      }
      return -1;
    }

    void useSlice() throws Exception {
      if (slices.isEmpty()) {
        return;
      }
      int i = random.nextInt(slices.size());
      LinkedBuffer slice = slices.get(i);
      byte[] all = sliced.get(i);
      int n = random.nextInt(all.length + 1);
      switch (random.nextInt(4)) {
        case 0 -> {
          note("slice.read", n);
          assertThat(slice.readBinary(n)).isEqualTo(Arrays.copyOf(all, n));
          sliced.set(i, Arrays.copyOfRange(all, n, all.length));
          slice.release();
        }
        case 1 -> {
          note("slice.slice", n);
          slices.add(slice.slice(n));
          sliced.add(Arrays.copyOf(all, n));
          sliced.set(i, Arrays.copyOfRange(all, n, all.length));
        }
        case 2 -> {
          byte[] more = bytes(size());
          note("slice.write", more.length);
          slice.writeBinary(more);
          slice.flush();
          sliced.set(i, concat(all, more));
        }
        default -> {
          checkSlice(i);
          slices.remove(i);
          sliced.remove(i);
          if (random.nextBoolean()) {
            note("slice.close", all.length);
            slice.close();
          } else {
            note("slice.append", all.length);
            buffer.append(slice);
            assertThat(slice.length()).isZero();
            wrote(all);
            if (all.length > 0) {
              malloc = null;
            }
          }
        }
      }
    }

    void checkSlice(int i) throws Exception {
      byte[] all = sliced.get(i);
      byte[] actual = new byte[all.length];
      slices.get(i).peek(all.length).get(actual);
      assertThat(actual).isEqualTo(all);
    }

    void collect() {
      note("collect", 0);
      Spans spans = new Spans(1 + random.nextInt(8));
      int n = buffer.collect(spans);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      List<ByteBuffer> gathered = new ArrayList<>();
      for (int i = 0; i < spans.count(); i++) {
        gathered.add(spans.buffer(i));
      }
      for (int i = 0; i < spans.count(); i++) {
        byte[] part = new byte[spans.length(i)];
        spans.page(i).memory().get(spans.offset(i), part);
        assertThat(gathered.get(i)).isEqualTo(ByteBuffer.wrap(part));
        assertThat(part).isNotEmpty();
        out.writeBytes(part);
      }
      assertThat(n).isEqualTo(out.size());
      assertThat(out.toByteArray()).isEqualTo(Arrays.copyOf(readable, n));
      if (n < readable.length) {
        assertThat(spans.hasRoom()).isFalse();
      }
      int sent = random.nextBoolean() ? n : random.nextInt(n + 1);
      checkViews();
      buffer.acknowledge(sent);
      read(sent);
    }

    void malloc() {
      int n = size();
      note("malloc", n);
      byte[] b = bytes(n);
      ByteBuffer view = buffer.malloc(n);
      assertThat(view.capacity()).isEqualTo(n);
      assertThat(view.isDirect()).isTrue();
      view.put(b);
      if (n > 0) {
        malloc = view;
        mallocAt = unflushed.length;
      }
      wrote(b);
    }

    void writeDirect() {
      byte[] b = bytes(size());
      // Which bytes of the last malloc are still last?
      boolean last = malloc != null && mallocAt + malloc.capacity() == unflushed.length;
      int remaining =
          !last
              ? 0
              : random.nextInt(4) == 0 ? malloc.capacity() : random.nextInt(malloc.capacity() + 1);
      note("writeDirect before " + remaining, b.length);
      ByteBuffer direct = direct(b);
      buffer.writeDirect(direct, remaining);
      assertThat(direct.position()).isZero();
      int at = unflushed.length - remaining;
      unflushed =
          concat(
              concat(Arrays.copyOf(unflushed, at), b),
              Arrays.copyOfRange(unflushed, at, unflushed.length));
      if (last && remaining > 0 && b.length > 0) {
        // What comes behind is filled late, through the old view.
        byte[] late = bytes(remaining);
        malloc.put(malloc.capacity() - remaining, late);
        System.arraycopy(late, 0, unflushed, unflushed.length - remaining, remaining);
        malloc = malloc.slice(malloc.capacity() - remaining, remaining);
        mallocAt = unflushed.length - remaining;
      } else if (b.length > 0) {
        malloc = null;
      }
    }

    void append() throws Exception {
      LinkedBuffer other = new LinkedBuffer(pool);
      byte[] b = bytes(size() + size());
      int split = random.nextInt(b.length + 1);
      other.writeBinary(b, 0, split);
      if (random.nextBoolean()) {
        other.flush();
      }
      other.append(direct(Arrays.copyOfRange(b, split, b.length)));
      other.flush();
      int consumed = random.nextInt(3) == 0 ? random.nextInt(b.length + 1) : 0;
      note("append", b.length - consumed);
      assertThat(other.readBinary(consumed)).isEqualTo(Arrays.copyOf(b, consumed));
      if (random.nextBoolean()) {
        other.release();
      }
      buffer.append(other);
      assertThat(other.length()).isZero();
      wrote(Arrays.copyOfRange(b, consumed, b.length));
      if (b.length > consumed) {
        malloc = null;
      }
      other.writeBinary(b);
      other.flush();
      assertThat(other.readBinary(b.length)).isEqualTo(b);
      other.release();
    }

    void transfer() throws Exception {
      int position = random.nextInt(content.length);
      int count = size();
      note("transferFrom", count);
      if (position + count > content.length) {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                () -> buffer.transferFrom(file, position, count))
            .isInstanceOf(EOFException.class);
        malloc = null;
      } else {
        buffer.transferFrom(file, position, count);
        wrote(Arrays.copyOfRange(content, position, position + count));
      }
    }

    void fill() {
      if (unflushed.length > 0) {
        return;
      }
      int hint = size();
      Spans spans = new Spans(1 + random.nextInt(3));
      buffer.reserve(hint, spans);
      assertThat(spans.count()).isPositive();
      int n = random.nextInt(5) == 0 ? spans.bytes() : random.nextInt(spans.bytes() + 1);
      n = random.nextInt(4) == 0 ? 0 : Math.min(n, 100_000);
      note("fill with hint " + hint, n);
      byte[] b = bytes(n);
      for (int i = 0, done = 0; done < n; i++) {
        int run = Math.min(n - done, spans.length(i));
        spans.buffer(i).put(b, done, run);
        done += run;
      }
      if (random.nextInt(3) == 0) {
        release();
      }
      buffer.commit(n);
      totalWritten += n;
      readable = concat(readable, b);
    }

    void give() {
      byte[] b = bytes(1 + size());
      int offset = random.nextInt(100);
      note("give", b.length);
      Page page = pool.take(b.length + offset);
      page.memory().put(offset, b);
      int first = random.nextBoolean() ? 0 : random.nextInt(b.length);
      if (first > 0) {
        buffer.give(page, offset, first, false);
        if (random.nextBoolean()) {
          release();
        }
      }
      buffer.give(page, offset + first, b.length - first, true);
      // Published together with what was unflushed.
      totalWritten += unflushed.length + b.length;
      readable = concat(readable, concat(unflushed, b));
      unflushed = new byte[0];
      malloc = null;
    }

    static ByteBuffer direct(byte[] bytes) {
      return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    static byte[] concat(byte[] a, byte[] b) {
      byte[] both = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      return both;
    }
  }
}

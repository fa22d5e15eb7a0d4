package io.netpoll.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers and writers of streams and channels, and streams and channels of readers and writers. */
@Timeout(60)
class AdaptersTest {
  @TempDir private Path directory;
  private long inUseBefore;

  @BeforeEach
  void countMemory() {
    inUseBefore = LinkBuffer.memory().inUse();
  }

  @AfterEach
  void allMemoryIsGivenBack() {
    assertThat(LinkBuffer.memory().inUse()).isLessThanOrEqualTo(inUseBefore);
  }

  private static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    new Random(n).nextBytes(bytes);
    return bytes;
  }

  /** Gives a few bytes at a time, as a network does. */
  private static InputStream trickle(byte[] content) {
    Random random = new Random(content.length);
    return new ByteArrayInputStream(content) {
      @Override
      public int read(byte[] destination, int offset, int length) {
        return super.read(destination, offset, Math.min(length, 1 + random.nextInt(3000)));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4096, 4097, 16 << 10, 100_000, 20_000_000})
  void aReaderOfAStreamGivesItsBytesInViewsOfAnySize(int n) throws Exception {
    byte[] content = bytes(n);
    Reader reader = Reader.from(trickle(content));
    int half = n / 2;
    ByteBuffer view = reader.next(half);
    byte[] rest = reader.readBinary(n - half);
    assertThat(view).isEqualTo(ByteBuffer.wrap(content, 0, half));
    assertThat(ByteBuffer.wrap(rest)).isEqualTo(ByteBuffer.wrap(content, half, n - half));
    assertThat(reader.readTo(ByteBuffer.allocate(1))).isEqualTo(-1);
    reader.release();
  }

  @Test
  void aReadThatIsTooLongForTheStreamConsumesNothing() throws Exception {
    Reader reader = Reader.from(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    assertThatThrownBy(() -> reader.next(5))
        .isInstanceOf(EOFException.class)
        .hasMessageMatching("A read of 5 bytes from .* found 3: it has ended\\.");
    assertThat(reader.readBinary(3)).containsExactly(1, 2, 3);
    reader.release();
  }

  @Test
  void untilSearchesTheStreamAndLeavesTheBytesWhereNothingIsFound() throws Exception {
    String line = "x".repeat(70_000);
    Reader reader = Reader.from(trickle((line + "\nrest").getBytes(US_ASCII)));
    assertThatThrownBy(() -> reader.until((byte) '\n', 70_000))
        .isInstanceOf(DelimiterNotFoundException.class);
    assertThat(US_ASCII.decode(reader.until((byte) '\n')).toString()).isEqualTo(line + "\n");
    assertThatThrownBy(() -> reader.until((byte) '\n'))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("in 4 bytes");
    assertThat(reader.readString(4)).isEqualTo("rest");
    reader.release();
  }

  @Test
  void requestNeverReadsFromTheStream() throws Exception {
    Reader reader = Reader.from(new ByteArrayInputStream(new byte[10]));
    assertThat(reader.request(1)).isFalse();
    reader.readByte();
    assertThat(reader.request(9)).isTrue();
    reader.skip(9);
    reader.release();
  }

  @Test
  void aFailureOfTheStreamReachesTheReaderAndLosesNothing() throws Exception {
    InputStream failing =
        new InputStream() {
          private int left = 3;

          @Override
          public int read() throws IOException {
            throw new IOException("not used");
          }

          @Override
          public int read(byte[] destination, int offset, int length) throws IOException {
            if (left-- == 0) {
              throw new IOException("line cut");
            }
            destination[offset] = 7;
            return 1;
          }
        };
    Reader reader = Reader.from(failing);
    assertThatThrownBy(() -> reader.readInt()).hasMessage("line cut");
    assertThat(reader.readBinary(3)).containsExactly(7, 7, 7);
    reader.release();
  }

  @Test
  void aReaderOfAChannelWaitsWhereTheChannelDoes() throws Exception {
    Pipe pipe = Pipe.open();
    byte[] content = bytes(300_000);
    Thread writing =
        new Thread(
            () -> {
              try (WritableByteChannel sink = pipe.sink()) {
                ByteBuffer all = ByteBuffer.wrap(content);
                while (all.hasRemaining()) {
                  sink.write(all);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writing.start();
    try (ReadableByteChannel source = pipe.source()) {
      Reader reader = Reader.from(source);
      assertThat(reader.readBinary(content.length)).isEqualTo(content);
      assertThatThrownBy(reader::readByte).isInstanceOf(EOFException.class);
      reader.release();
    }
    writing.join();
  }

  @Test
  void aChannelThatDoesNotBlockIsRefusedAtTheFirstReadThatWouldWait() throws Exception {
    Pipe pipe = Pipe.open();
    try (Pipe.SourceChannel source = pipe.source();
        WritableByteChannel sink = pipe.sink()) {
      source.configureBlocking(false);
      Reader reader = Reader.from(source);
      assertThatThrownBy(reader::readByte)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("put it into blocking mode");
      sink.write(ByteBuffer.wrap(new byte[] {9}));
      assertThat(reader.readByte()).isEqualTo((byte) 9);
      reader.release();
    }
  }

  @Test
  void readToFillsLargeArraysWithoutTakingMemory() throws Exception {
    byte[] content = bytes(50_000);
    Reader reader = Reader.from(new ByteArrayInputStream(content));
    ByteBuffer destination = ByteBuffer.allocate(60_000).position(10);
    assertThat(reader.readTo(destination)).isEqualTo(50_000);
    assertThat(LinkBuffer.memory().inUse()).isLessThanOrEqualTo(inUseBefore);
    assertThat(destination.flip().position(10)).isEqualTo(ByteBuffer.wrap(content));
    assertThat(reader.readTo(ByteBuffer.allocate(0))).isZero();
  }

  @Test
  void aSliceOfAReaderMovesToAWriterWithoutACopyAndLeaves() throws Exception {
    byte[] content = bytes(100_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Reader reader = Reader.from(trickle(content));
    Writer writer = Writer.to(out);
    writer.append(reader.slice(60_000));
    writer.append(reader.slice(40_000));
    reader.release();
    writer.flush();
    assertThat(out.toByteArray()).isEqualTo(content);
  }

  @Test
  void aFlushWritesToTheStreamAndFlushesIt() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int[] flushes = {0};
    OutputStream stream =
        new OutputStream() {
          @Override
          public void write(int value) {
            out.write(value);
          }

          @Override
          public void write(byte[] source, int offset, int length) {
            out.write(source, offset, length);
          }

          @Override
          public void flush() {
            flushes[0]++;
          }
        };
    Writer writer = Writer.to(stream);
    byte[] content = bytes(40_000);
    writer.writeBinary(content);
    assertThat(out.size()).isZero();
    writer.flush();
    assertThat(out.toByteArray()).isEqualTo(content);
    assertThat(flushes[0]).isEqualTo(1);
  }

  @Test
  void aFileChannelTakesManyPagesAtATime() throws Exception {
    Path file = directory.resolve("out");
    byte[] content = bytes(5_000_001);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Writer writer = Writer.to(channel);
      writer.writeBinary(content, 0, 1);
      writer.append(ByteBuffer.allocateDirect(5_000_000).put(content, 1, 5_000_000).flip());
      writer.flush();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    try (FileChannel channel = FileChannel.open(file)) {
      Reader reader = Reader.from(channel);
      assertThat(reader.readBinary(content.length)).isEqualTo(content);
      reader.release();
    }
  }

  @Test
  void aFlushThatFailsKeepsWhatTheChannelDidNotTake() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean[] full = {false};
    WritableByteChannel channel =
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer source) {
            int n = full[0] ? 0 : Math.min(100, source.remaining());
            for (int i = 0; i < n; i++) {
              out.write(source.get());
            }
            full[0] = out.size() == 300;
            return n;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    byte[] content = bytes(1000);
    Writer writer = Writer.to(channel);
    writer.writeBinary(content);
    assertThatThrownBy(writer::flush)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("A write of 700 bytes")
        .hasMessageContaining("put it into blocking mode");
    full[0] = false;
    out.write(0); // so that the channel does not stop again
    writer.flush();
    byte[] taken = out.toByteArray();
    assertThat(ByteBuffer.wrap(taken, 0, 300)).isEqualTo(ByteBuffer.wrap(content, 0, 300));
    assertThat(ByteBuffer.wrap(taken, 301, 700)).isEqualTo(ByteBuffer.wrap(content, 300, 700));
  }

  @Test
  void codecsOfTheJdkRunOnStreamsOfABuffer() throws Exception {
    LinkBuffer buffer = LinkBuffer.create();
    byte[] content = bytes(200_000);
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(buffer.asOutputStream()))) {
      out.writeUTF("häder");
      out.writeLong(Long.MIN_VALUE);
      out.write(content);
    }
    try (DataInputStream in = new DataInputStream(new GZIPInputStream(buffer.asInputStream()))) {
      assertThat(in.readUTF()).isEqualTo("häder");
      assertThat(in.readLong()).isEqualTo(Long.MIN_VALUE);
      assertThat(in.readNBytes(content.length)).isEqualTo(content);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void anInputStreamReleasesWhatItHasRead() throws Exception {
    LinkBuffer buffer = LinkBuffer.create();
    byte[] content = bytes(100_000);
    for (int i = 0; i < content.length; i += 1000) {
      buffer.writeBinary(content, i, 1000); // so that it has many pages
    }
    buffer.flush();
    long full = LinkBuffer.memory().inUse();
    InputStream in = buffer.asInputStream();
    assertThat(in.available()).isEqualTo(100_000);
    assertThat(in.read()).isEqualTo(content[0] & 0xff);
    assertThat(in.skip(79_999)).isEqualTo(79_999);
    assertThat(LinkBuffer.memory().inUse()).isLessThan(full);
    for (int i = 80_000; i < 100_000; i++) {
      assertThat(in.read()).isEqualTo(content[i] & 0xff);
    }
    assertThat(LinkBuffer.memory().inUse()).isLessThanOrEqualTo(inUseBefore);
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.skip(5)).isZero();
    assertThat(in.read(new byte[0])).isZero();
  }

  @Test
  void anInputStreamOverAReaderOfAStreamWaitsForASingleByteToo() throws Exception {
    byte[] content = bytes(10_000);
    InputStream in = Reader.from(trickle(content)).asInputStream();
    for (byte expected : content) {
      assertThat(in.read()).isEqualTo(expected & 0xff);
    }
    assertThat(in.read()).isEqualTo(-1);
    in.close();
  }

  @Test
  void closedStreamsRefuseWorkAndLeaveTheBufferOpen() throws Exception {
    LinkBuffer buffer = LinkBuffer.create();
    OutputStream out = buffer.asOutputStream();
    out.write(1);
    assertThat(buffer.length()).isZero();
    out.close();
    out.close();
    assertThat(buffer.length()).isEqualTo(1);
    assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> out.write(new byte[1])).isInstanceOf(IOException.class);
    assertThatThrownBy(out::flush).isInstanceOf(IOException.class);
    InputStream in = buffer.asInputStream();
    in.close();
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    assertThatThrownBy(in::available).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> in.skip(1)).isInstanceOf(IOException.class);
    assertThat(buffer.readByte()).isEqualTo((byte) 1);
    buffer.release();
  }

  @Test
  void channelsOfABufferMoveWholeBuffers() throws Exception {
    LinkBuffer buffer = LinkBuffer.create();
    byte[] content = bytes(30_000);
    WritableByteChannel sink = buffer.asWritableChannel();
    assertThat(sink.write(ByteBuffer.wrap(content))).isEqualTo(30_000);
    assertThat(buffer.length()).isEqualTo(30_000);
    ReadableByteChannel source = buffer.asReadableChannel();
    ByteBuffer destination = ByteBuffer.allocate(40_000);
    assertThat(source.read(destination)).isEqualTo(30_000);
    assertThat(destination.flip()).isEqualTo(ByteBuffer.wrap(content));
    assertThat(source.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    sink.close();
    source.close();
    assertThat(sink.isOpen()).isFalse();
    assertThat(source.isOpen()).isFalse();
    assertThatThrownBy(() -> sink.write(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> source.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void theMemoryInUseIsReadableThroughTheApi() throws Exception {
    LinkBuffer buffer = LinkBuffer.create();
    buffer.malloc(PagePool.LARGEST + 1);
    buffer.malloc(PagePool.SMALL);
    assertThat(LinkBuffer.memory().inUse()).isGreaterThan(PagePool.LARGEST + PagePool.SMALL);
    assertThat(LinkBuffer.memory().held()).isGreaterThan(PagePool.LARGEST + PagePool.SMALL);
    assertThat(LinkBuffer.memory().limit()).isEqualTo(PagePool.shared().maxDirectMemory());
    buffer.close();
  }
}

package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Spans;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkedBufferTest {
  private static final int PAGE = 4096;

  private final PagePool pool = new PagePool(256L << 20);
  private final LinkedBuffer buffer = new LinkedBuffer(pool);

  @AfterEach
  void afterTheLastReleaseNoPageIsInUse() {
    buffer.close();
    assertThat(pool.pagesInUse()).isZero();
  }

  private static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = (byte) (i * 7 + i / 251);
    }
    return bytes;
  }

  private static byte[] content(ByteBuffer view) {
    byte[] bytes = new byte[view.remaining()];
    view.get(bytes);
    return bytes;
  }

  private void fill(byte[] bytes) {
    buffer.writeBinary(bytes);
    buffer.flush();
  }

  @Test
  void theApiFindsIt() {
    LinkBuffer found = LinkBuffer.create();
    assertThat(found).isInstanceOf(LinkedBuffer.class);
    assertThat(((LinkedBuffer) found).pool()).isSameAs(PagePool.shared());
  }

  @Test
  void wrapHoldsTheBytesOfADirectBufferByReference() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(5000).put(4999, (byte) 9);
    LinkBuffer wrapped = LinkBuffer.wrap(direct);
    direct.put(0, (byte) 3);
    assertThat(wrapped.length()).isEqualTo(5000);
    ByteBuffer view = wrapped.next(5000);
    assertThat(view.get(0)).isEqualTo((byte) 3);
    assertThat(view.get(4999)).isEqualTo((byte) 9);
    wrapped.release();
  }

  @Test
  void anEmptyBufferHoldsNoPage() {
    assertThat(buffer.length()).isZero();
    assertThat(pool.bytesHeld()).isZero();
    buffer.release();
    buffer.flush();
    assertThat(pool.bytesHeld()).isZero();
  }

  @Test
  void bytesAreReadableOnceFlushed() throws Exception {
    buffer.writeInt(42);
    assertThat(buffer.length()).isZero();
    assertThat(buffer.mallocLength()).isEqualTo(4);
    assertThatThrownBy(buffer::readInt)
        .isInstanceOf(EOFException.class)
        .hasMessage("needs 4 bytes, 0 are readable");
    buffer.flush();
    assertThat(buffer.mallocLength()).isZero();
    assertThat(buffer.readInt()).isEqualTo(42);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        PAGE - 1,
        PAGE,
        PAGE + 1,
        3 * PAGE,
        65535,
        65537,
        1 << 20,
        (1 << 20) + 1,
        30_000_000
      })
  void anySizeIsWrittenAndReadInEveryWay(int n) throws Exception {
    byte[] bytes = bytes(n);
    fill(bytes);
    assertThat(content(buffer.peek(n))).isEqualTo(bytes);
    assertThat(content(buffer.next(n))).isEqualTo(bytes);
    fill(bytes);
    assertThat(buffer.readBinary(n)).isEqualTo(bytes);
    buffer.release();
    assertThat(pool.pagesInUse()).isZero();

    buffer.malloc(n).put(bytes);
    buffer.flush();
    LinkedBuffer slice = buffer.slice(n);
    buffer.close();
    assertThat(slice.readString(n, StandardCharsets.ISO_8859_1))
        .isEqualTo(new String(bytes, StandardCharsets.ISO_8859_1));
    slice.close();

    fill(bytes);
    ByteBuffer heap = ByteBuffer.allocate(n + 1);
    assertThat(buffer.readTo(heap)).isEqualTo(n == 0 ? -1 : n);
    assertThat(Arrays.copyOf(heap.array(), n)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void aNegativeSizeIsRefusedWithItsValue(int n) {
    String value = String.valueOf(n);
    assertRefused(value, () -> buffer.next(n));
    assertRefused(value, () -> buffer.peek(n));
    assertRefused(value, () -> buffer.skip(n));
    assertRefused(value, () -> buffer.readBinary(n));
    assertRefused(value, () -> buffer.readString(n));
    assertRefused(value, () -> buffer.slice(n));
    assertRefused(value, () -> buffer.request(n));
    assertRefused(value, () -> buffer.until((byte) 1, n));
    assertRefused(value, () -> buffer.malloc(n));
    assertRefused(value, () -> buffer.mallocAck(n));
    assertRefused(value, () -> buffer.writeDirect(ByteBuffer.allocateDirect(1), n));
    assertRefused(value, () -> buffer.indexOf((byte) 0, n, 1));
    assertRefused(value, () -> buffer.acknowledge(n));
    assertRefused(value, () -> buffer.reserve(n, new Spans(1)));
  }

  private static void assertRefused(
      String value, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(value);
  }

  @Test
  void aReadThatIsTooLongConsumesNothing() throws Exception {
    fill(bytes(10));
    for (int n : new int[] {11, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> buffer.next(n)).hasMessage("needs " + n + " bytes, 10 are readable");
      assertThatThrownBy(() -> buffer.readBinary(n)).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> buffer.skip(n)).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> buffer.slice(n)).isInstanceOf(EOFException.class);
    }
    assertThat(buffer.readBinary(10)).isEqualTo(bytes(10));
  }

  @Test
  void numbersReadAcrossPagesAreWhole() throws Exception {
    for (int before = PAGE - 8; before <= PAGE; before++) {
      byte[] bytes = bytes(before + 14);
      fill(bytes);
      buffer.skip(before);
      ByteBuffer expected = ByteBuffer.wrap(bytes, before, 14);
      assertThat(buffer.readLong()).isEqualTo(expected.getLong());
      assertThat(buffer.readInt()).isEqualTo(expected.getInt());
      assertThat(buffer.readShort()).isEqualTo(expected.getShort());
      buffer.release();
    }
  }

  @Test
  void littleEndianAndUnsignedFormsAgree() throws Exception {
    buffer.writeIntLe(0x01020304);
    buffer.writeShortLe(0xfffe);
    buffer.writeLongLe(5);
    buffer.writeByte(200);
    buffer.flush();
    assertThat(buffer.readInt()).isEqualTo(0x04030201);
    assertThat(buffer.readShortLe()).isEqualTo((short) 0xfffe);
    assertThat(buffer.readLongLe()).isEqualTo(5);
    assertThat(buffer.readUnsignedByte()).isEqualTo(200);
  }

  @Test
  void whatIsDoneToAViewDoesNotMoveTheReader() throws Exception {
    fill(bytes(100));
    buffer.next(10).position(7).limit(8);
    buffer.peek(10).position(10);
    assertThat(buffer.next(90)).isEqualTo(ByteBuffer.wrap(bytes(100), 10, 90));
  }

  @Test
  void growingPeeksOverManyPagesTakeBoundedMemory() throws Exception {
    byte[] bytes = bytes(3_000_000);
    for (int at = 0; at < bytes.length; at += 10_000) {
      buffer.append(ByteBuffer.allocateDirect(10_000).put(0, bytes, at, 10_000));
    }
    buffer.flush();
    ByteBuffer first = buffer.peek(10_001);
    for (int n = 10_001; n < bytes.length; n += 5000) {
      assertThat(buffer.peek(n).get(n - 1)).isEqualTo(bytes[n - 1]);
    }
    assertThat(pool.pagesInUse()).isLessThan(8);
    long pages = pool.pagesInUse();
    assertThat(content(buffer.next(2_990_000))).isEqualTo(Arrays.copyOf(bytes, 2_990_000));
    assertThat(pool.pagesInUse()).isEqualTo(pages);
    assertThat(content(first)).isEqualTo(Arrays.copyOf(bytes, 10_001));
    buffer.release();
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void untilEndsWithTheDelimiter() throws Exception {
    fill("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(StandardCharsets.US_ASCII.decode(buffer.until((byte) '\n')).toString())
        .isEqualTo("GET / HTTP/1.1\r\n");
    assertThat(StandardCharsets.US_ASCII.decode(buffer.until((byte) '\n', 9)).toString())
        .isEqualTo("Host: x\r\n");
    assertThat(buffer.length()).isEqualTo(2);
  }

  @Test
  void untilWithoutADelimiterLeavesTheBytes() {
    fill(new byte[20]);
    assertThatThrownBy(() -> buffer.until((byte) 1))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("20");
    assertThatThrownBy(() -> buffer.until((byte) 1, 21)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> buffer.until((byte) 1, 20))
        .isInstanceOf(DelimiterNotFoundException.class);
    assertThat(buffer.length()).isEqualTo(20);
  }

  @Test
  void indexOfFindsBytesAndSequencesFromADistanceOn() {
    byte[] bytes = new byte[3 * PAGE];
    bytes[10] = 1;
    bytes[PAGE - 1] = 1;
    bytes[PAGE] = 2;
    bytes[PAGE + 1] = 3;
    for (byte each : bytes) {
      buffer.writeByte(each); // pages of the smallest size
    }
    buffer.flush();
    assertThat(buffer.indexOf((byte) 1)).isEqualTo(10);
    assertThat(buffer.indexOf((byte) 1, 11)).isEqualTo(PAGE - 1);
    assertThat(buffer.indexOf((byte) 1, PAGE)).isEqualTo(-1);
    assertThat(buffer.indexOf((byte) 1, Integer.MAX_VALUE)).isEqualTo(-1);
    assertThat(buffer.indexOf(new byte[] {1, 2, 3})).isEqualTo(PAGE - 1);
    assertThat(buffer.indexOf(new byte[] {1, 2, 3}, PAGE)).isEqualTo(-1);
    assertThat(buffer.indexOf(new byte[] {1, 3})).isEqualTo(-1);
    assertThat(buffer.indexOf(new byte[] {3, 0}, PAGE + 1)).isEqualTo(PAGE + 1);
    assertThat(buffer.indexOf(new byte[3 * PAGE + 1])).isEqualTo(-1);
    assertThat(buffer.indexOf(new byte[] {0, 0}, 3 * PAGE - 2)).isEqualTo(3 * PAGE - 2);
    assertThat(buffer.indexOf(new byte[] {0, 0}, 3 * PAGE - 1)).isEqualTo(-1);
    assertThat(buffer.length()).isEqualTo(3 * PAGE);
    buffer.close();
    assertThat(buffer.indexOf(new byte[] {1})).isEqualTo(-1);
  }

  @Test
  void indexOfRefusesWhatCannotBeFound() {
    assertThatThrownBy(() -> buffer.indexOf(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 byte");
    assertThatThrownBy(() -> buffer.indexOf((byte) 1, -3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-3");
    assertThatThrownBy(() -> buffer.indexOf(new byte[1], -4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-4");
  }

  @Test
  void indexOfDoesNotSeeUnflushedBytes() {
    fill(new byte[20]);
    buffer.writeByte(1);
    assertThat(buffer.indexOf((byte) 1)).isEqualTo(-1);
    buffer.flush();
    assertThat(buffer.indexOf((byte) 1)).isEqualTo(20);
  }

  @Test
  void mallocAckKeepsTheFirstBytesOfAllUnflushedOnes() throws Exception {
    byte[] bytes = bytes(20_000);
    for (int keep : new int[] {0, 1, PAGE - 1, PAGE, PAGE + 1, 19_999, 20_000}) {
      fill(new byte[] {1, 2, 3});
      for (int at = 0; at < bytes.length; at += 1000) {
        buffer.malloc(1000).put(bytes, at, 1000);
      }
      buffer.mallocAck(keep);
      buffer.writeByte(77);
      buffer.flush();
      buffer.skip(3);
      assertThat(buffer.readBinary(keep)).isEqualTo(Arrays.copyOf(bytes, keep));
      assertThat(buffer.readByte()).isEqualTo((byte) 77);
      assertThat(buffer.length()).isZero();
      buffer.release();
      assertThat(pool.pagesInUse()).isZero();
    }
    buffer.writeInt(1);
    assertThatThrownBy(() -> buffer.mallocAck(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4")
        .hasMessageContaining("5");
  }

  @Test
  void writeDirectComesBeforeTheLastBytesOfTheLastMallocWhichAreFilledLater() throws Exception {
    ByteBuffer frame = buffer.malloc(8);
    frame.putInt(1000);
    buffer.writeDirect(ByteBuffer.allocateDirect(1000).put(999, (byte) 5), 4);
    frame.putInt(0xcafe);
    assertThatThrownBy(() -> buffer.writeDirect(ByteBuffer.allocateDirect(1), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4");
    buffer.flush();
    assertThat(buffer.readInt()).isEqualTo(1000);
    buffer.skip(999);
    assertThat(buffer.readByte()).isEqualTo((byte) 5);
    assertThat(buffer.readInt()).isEqualTo(0xcafe);
  }

  @Test
  void bytesSplitByWriteDirectAreSentThroughBuffersOfTheirOwn() {
    buffer.malloc(200);
    buffer.writeDirect(ByteBuffer.allocateDirect(1000), 50);
    buffer.flush();
    Spans spans = new Spans(3);
    assertThat(buffer.collect(spans)).isEqualTo(1200);
    assertThat(spans.page(0)).isSameAs(spans.page(2));
    assertThat(spans.buffer(0)).isNotSameAs(spans.buffer(2));
  }

  @Test
  void nothingIsInsertedIntoAMallocThatMallocAckCut() {
    buffer.malloc(100);
    buffer.mallocAck(50);
    buffer.writeBinary(new byte[50]);
    assertThatThrownBy(() -> buffer.writeDirect(ByteBuffer.allocateDirect(1), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10");
  }

  @Test
  void anIdleBufferDoesNotKeepASlabAlive() throws Exception {
    LinkedBuffer[] idle = new LinkedBuffer[16];
    for (int i = 0; i < idle.length; i++) {
      idle[i] = new LinkedBuffer(pool);
      idle[i].malloc(1 << 20);
      idle[i].flush();
    }
    for (int i = 0; i < idle.length; i++) {
      idle[i].skip(1 << 20);
      idle[i].release();
    }
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (pool.bytesHeld() > 4 << 20 && System.nanoTime() < deadline) {
      System.gc();
    }
    assertThat(pool.bytesHeld()).isEqualTo(4 << 20);
    assertThat(idle).allMatch(buffer -> buffer.length() == 0);
  }

  @Test
  void aHeapBufferIsNotTakenByReference() {
    assertThatThrownBy(() -> buffer.append(ByteBuffer.allocate(3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void appendMovesPagesAndEmptiesTheSource() throws Exception {
    LinkedBuffer source = new LinkedBuffer(pool);
    source.writeBinary(bytes(10_000));
    source.flush();
    source.skip(100);
    long pages = pool.pagesInUse();
    buffer.writeInt(1);
    buffer.append(source);
    assertThat(source.length()).isZero();
    assertThat(buffer.mallocLength()).isEqualTo(9904);
    buffer.flush();
    assertThat(pool.pagesInUse()).isEqualTo(pages + 1);
    assertThat(buffer.readInt()).isEqualTo(1);
    assertThat(buffer.readBinary(9900)).isEqualTo(Arrays.copyOfRange(bytes(10_000), 100, 10_000));
    buffer.release();
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void appendRefusesItselfUnflushedBytesAndForeignBuffers() {
    assertThatThrownBy(() -> buffer.append(buffer)).isInstanceOf(IllegalArgumentException.class);
    LinkedBuffer unflushed = new LinkedBuffer(pool);
    unflushed.writeInt(3);
    assertThatThrownBy(() -> buffer.append(unflushed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4");
    unflushed.close();
  }

  @Test
  void aSliceOutlivesItsParentAndPinsOnlyItsPage() throws Exception {
    byte[] bytes = bytes(3 * PAGE);
    for (int at = 0; at < bytes.length; at += PAGE) {
      buffer.malloc(PAGE).put(bytes, at, PAGE);
    }
    buffer.flush();
    LinkedBuffer slice = buffer.slice(PAGE + 1000);
    buffer.skip(buffer.length());
    buffer.release();
    assertThat(pool.pagesInUse()).isEqualTo(2);
    LinkedBuffer inner = slice.slice(PAGE);
    slice.close();
    assertThat(pool.pagesInUse()).isEqualTo(1);
    assertThat(content(inner.next(PAGE))).isEqualTo(Arrays.copyOf(bytes, PAGE));
    inner.release();
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void aSmallSliceIsCopiedAndPinsNothing() throws Exception {
    fill(bytes(PAGE));
    LinkedBuffer slice = buffer.slice(511);
    buffer.close();
    assertThat(pool.pagesInUse()).isEqualTo(1);
    Spans spans = new Spans(1);
    slice.collect(spans);
    assertThat(spans.page(0).size()).isEqualTo(512);
    slice.close();
  }

  @Test
  void writingToASliceNeverTouchesSharedPages() throws Exception {
    fill(bytes(2000));
    LinkedBuffer slice = buffer.slice(1000);
    slice.writeBinary(new byte[2000]);
    slice.flush();
    buffer.writeBinary(bytes(50));
    buffer.flush();
    assertThat(buffer.readBinary(1000)).isEqualTo(Arrays.copyOfRange(bytes(2000), 1000, 2000));
    assertThat(buffer.readBinary(50)).isEqualTo(bytes(50));
    assertThat(slice.readBinary(1000)).isEqualTo(bytes(1000));
    assertThat(slice.readBinary(2000)).isEqualTo(new byte[2000]);
    slice.release();
  }

  @Test
  void transferFromIsAllOrNothing(@TempDir Path directory) throws Exception {
    Path path = Files.write(directory.resolve("f"), bytes(300_000));
    buffer.writeInt(1);
    try (FileChannel file = FileChannel.open(path)) {
      assertThatThrownBy(() -> buffer.transferFrom(file, 1, 300_000))
          .isInstanceOf(EOFException.class);
      assertThat(buffer.mallocLength()).isEqualTo(4);
      buffer.transferFrom(file, 1, 299_999);
      assertThat(file.position()).isZero();
    }
    buffer.flush();
    assertThat(buffer.readInt()).isEqualTo(1);
    assertThat(buffer.readBinary(299_999))
        .isEqualTo(Arrays.copyOfRange(bytes(300_000), 1, 300_000));
  }

  @Test
  void outOfMemoryTakesBackTheCallThatFailedAndTheBufferGoesOn() throws Exception {
    PagePool small = new PagePool(2 << 20);
    LinkedBuffer limited = new LinkedBuffer(small);
    assertThatThrownBy(() -> limited.writeBinary(new byte[10_000_000]))
        .isInstanceOf(OutOfDirectMemoryException.class);
    assertThat(limited.mallocLength()).isZero();
    assertThat(small.pagesInUse()).isZero();
    limited.writeInt(5);
    assertThatThrownBy(() -> limited.writeBinary(new byte[10_000_000]))
        .isInstanceOf(OutOfDirectMemoryException.class);
    assertThatThrownBy(() -> limited.malloc(10_000_000))
        .isInstanceOf(OutOfDirectMemoryException.class);
    assertThat(limited.mallocLength()).isEqualTo(4);
    limited.flush();
    assertThat(limited.readInt()).isEqualTo(5);
    limited.release();
    assertThat(small.pagesInUse()).isZero();
  }

  @Test
  void releaseReturnsTheTailEvenIfItHasRoom() throws Exception {
    fill(bytes(10));
    buffer.skip(10);
    assertThat(pool.pagesInUse()).isEqualTo(1);
    buffer.release();
    assertThat(pool.pagesInUse()).isZero();
    fill(bytes(10));
    assertThat(buffer.readBinary(10)).isEqualTo(bytes(10));
  }

  @Test
  void closeGivesBackEverythingAndLeavesTheBufferUsable() throws Exception {
    fill(bytes(10_000));
    buffer.peek(9_000);
    buffer.skip(5_000);
    buffer.writeInt(4);
    buffer.close();
    assertThat(pool.pagesInUse()).isZero();
    assertThat(buffer.length()).isZero();
    assertThat(buffer.mallocLength()).isZero();
    fill(bytes(10));
    assertThat(buffer.readBinary(10)).isEqualTo(bytes(10));
  }

  @Test
  void reserveOffersTheTailIfItIsWorthItElseANewPage() {
    Spans spans = new Spans(4);
    buffer.reserve(4096, spans);
    assertThat(spans.bytes()).isEqualTo(4096);
    buffer.commit(1000);
    buffer.reserve(4096, spans);
    assertThat(spans.count()).isEqualTo(1);
    assertThat(spans.bytes()).isEqualTo(3096);
    assertThat(spans.buffer(0).position()).isEqualTo(1000);
    buffer.commit(3000);
    buffer.reserve(64 << 10, spans);
    assertThat(spans.count()).isEqualTo(1);
    assertThat(spans.bytes()).isEqualTo(64 << 10);
    buffer.commit(0);
    assertThat(pool.pagesInUse()).isEqualTo(1);
    assertThat(buffer.length()).isEqualTo(4000);
  }

  @Test
  void commitRefusesMoreThanWasReserved() {
    Spans spans = new Spans(4);
    buffer.reserve(100, spans);
    assertThatThrownBy(() -> buffer.commit(4097)).isInstanceOf(IllegalArgumentException.class);
    buffer.commit(4096);
    assertThatThrownBy(() -> buffer.commit(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sharedPagesDoNotLendTheirWindow() throws Exception {
    fill(bytes(PAGE));
    LinkedBuffer slice = buffer.slice(1000);
    Spans spans = new Spans(2);
    buffer.collect(spans);
    assertThat(spans.buffer(0)).isSameAs(spans.page(0).window(0, 1));
    slice.collect(spans);
    assertThat(spans.buffer(0)).isNotSameAs(spans.page(0).window(0, 1));
    slice.close();
  }

  @Test
  void collectedBytesStayUntilTheyAreAcknowledged() throws Exception {
    fill(bytes(10_000));
    Spans spans = new Spans(10);
    assertThat(buffer.collect(spans)).isEqualTo(10_000);
    buffer.acknowledge(9_000);
    assertThat(buffer.consumed()).isEqualTo(9_000);
    assertThat(buffer.collect(spans)).isEqualTo(1_000);
    assertThat(content(spans.buffer(0)))
        .isEqualTo(Arrays.copyOfRange(bytes(10_000), 9_000, 10_000));
    buffer.acknowledge(1_000);
    assertThat(pool.pagesInUse()).isZero();
    assertThat(buffer.written()).isEqualTo(10_000);
  }
}

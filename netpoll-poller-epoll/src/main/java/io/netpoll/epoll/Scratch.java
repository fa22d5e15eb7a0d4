package io.netpoll.epoll;

import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one I/O call needs beside a descriptor, kept for the next one: the list of spans, and native
 * memory for {@code struct iovec}s and a {@code struct msghdr}. Used by one thread at a time;
 * whoever used it clears the spans, so that it keeps no page alive.
 *
 * <p>A small one has room for one span, which needs no native memory: it is made where a thread,
 * which may be a poll loop's, needs one at once.
 */
final class Scratch {
  private static final int SPANS = 64;
  private static final int IOVEC_SIZE = 16;

  /** The message header stands behind the iovecs. Only its fields iov and iovlen are not zero. */
  private static final int HEADER = SPANS * IOVEC_SIZE;

  private static final int HEADER_IOV = HEADER + 16;
  private static final int HEADER_IOVLEN = HEADER + 24;
  private static final int HEADER_SIZE = 56;

  /** Where {@code sendfile} finds the position in the file. */
  private static final int FILE_POSITION = HEADER + HEADER_SIZE;

  /** So much of a file is sent before others have their turn. */
  private static final int FILE_TURN = 2 << 20;

  final Spans spans;

  /** Null if it is a small one. */
  private final @Nullable Memory memory;

  private Scratch(int spans, @Nullable Memory memory) {
    this.spans = new Spans(spans);
    this.memory = memory;
  }

  /** Makes one with native memory, when a poller is opened. */
  static Scratch make() {
    Memory memory = Memory.allocate(FILE_POSITION + Long.BYTES);
    memory.bytes.putLong(HEADER_IOV, memory.address);
    return new Scratch(SPANS, memory);
  }

  /** Makes a small one. Any thread. */
  static Scratch makeSmall() {
    return new Scratch(1, null);
  }

  boolean isSmall() {
    return memory == null;
  }

  /** Receives into the spans; the number of bytes, 0 at the end of input, or an error. */
  int receive(int fd) {
    if (spans.count() == 1) {
      return Libc.recv(fd, address(0), spans.length(0), 0);
    }
    Memory iovecs = Objects.requireNonNull(memory);
    return Libc.readv(fd, iovecs.address, fillIovecs(iovecs));
  }

  /** Sends the spans; the number of bytes that the socket took, or an error. */
  int send(int fd) {
    SourceFile file = spans.file();
    if (file != null) { // one that this backend has opened
      return sendFrom((EpollFile) file, fd);
    }
    if (spans.count() == 1) {
      return Libc.send(fd, address(0), spans.length(0), Libc.MSG_NOSIGNAL);
    }
    Memory message = Objects.requireNonNull(memory);
    message.bytes.putLong(HEADER_IOVLEN, fillIovecs(message));
    return Libc.sendmsg(fd, message.address + HEADER, Libc.MSG_NOSIGNAL);
  }

  private int sendFrom(EpollFile file, int fd) {
    Memory known = memory;
    if (known != null) {
      return sendFrom(file, fd, known, FILE_POSITION);
    }
    try (Memory position = Memory.malloc(Long.BYTES)) {
      return sendFrom(file, fd, position, 0);
    }
  }

  private int sendFrom(EpollFile file, int fd, Memory position, int offset) {
    position.bytes.putLong(offset, spans.filePosition());
    int length = Math.min(spans.bytes(), FILE_TURN);
    return Libc.sendfile(fd, file.fd, position.address + offset, length);
  }

  /** The exception for a send that took nothing; null if the socket is full. */
  @Nullable IOException failure(int sent) {
    SourceFile file = spans.file();
    if (sent == -Errno.EAGAIN) {
      return null;
    }
    if (file == null) {
      return sent < 0 ? Errno.exception("send", -sent) : null;
    }
    return sent == 0
        ? file.shrunk(spans.filePosition())
        : ((EpollFile) file).failure(spans.filePosition(), -sent);
  }

  private int fillIovecs(Memory into) {
    int count = spans.count();
    for (int i = 0; i < count; i++) {
      into.bytes.putLong(i * IOVEC_SIZE, address(i));
      into.bytes.putLong(i * IOVEC_SIZE + 8, spans.length(i));
    }
    return count;
  }

  private long address(int index) {
    Page page = spans.page(index);
    return page.address(Libc.ADDRESS) + spans.offset(index);
  }
}

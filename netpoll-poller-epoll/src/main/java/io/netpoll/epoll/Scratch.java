package io.netpoll.epoll;

import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What one I/O call needs beside a descriptor, kept for the next one: the list of spans, and native
 * memory for {@code struct iovec}s and a {@code struct msghdr}. Used by one thread at a time;
 * whoever used it clears the spans, so that it keeps no page alive.
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

  final Spans spans = new Spans(SPANS);

  /** Free for other use between calls. */
  final Memory memory = Memory.allocate(FILE_POSITION + Long.BYTES);

  Scratch() {
    memory.bytes.putLong(HEADER_IOV, memory.address);
  }

  /** Receives into the spans; the number of bytes, 0 at the end of input, or an error. */
  int receive(int fd) {
    if (spans.count() == 1) {
      return Libc.recv(fd, address(0), spans.length(0), 0);
    }
    return Libc.readv(fd, memory.address, fillIovecs());
  }

  /** Sends the spans; the number of bytes that the socket took, or an error. */
  int send(int fd) {
    SourceFile file = spans.file();
    if (file != null) {
      memory.bytes.putLong(FILE_POSITION, spans.filePosition());
      int length = Math.min(spans.bytes(), FILE_TURN);
      return Libc.sendfile(fd, ((EpollFile) file).fd, memory.address + FILE_POSITION, length);
    }
    if (spans.count() == 1) {
      return Libc.send(fd, address(0), spans.length(0), Libc.MSG_NOSIGNAL);
    }
    memory.bytes.putLong(HEADER_IOVLEN, fillIovecs());
    return Libc.sendmsg(fd, memory.address + HEADER, Libc.MSG_NOSIGNAL);
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

  private int fillIovecs() {
    int count = spans.count();
    for (int i = 0; i < count; i++) {
      memory.bytes.putLong(i * IOVEC_SIZE, address(i));
      memory.bytes.putLong(i * IOVEC_SIZE + 8, spans.length(i));
    }
    return count;
  }

  private long address(int index) {
    Page page = spans.page(index);
    return page.address(Libc.ADDRESS) + spans.offset(index);
  }
}

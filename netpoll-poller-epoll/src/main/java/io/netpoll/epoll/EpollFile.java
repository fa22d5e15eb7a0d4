package io.netpoll.epoll;

import io.netpoll.spi.SourceFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that sockets send from, known by its descriptor. */
final class EpollFile extends SourceFile {
  final int fd;

  private EpollFile(Path path, int fd) {
    super(path);
    this.fd = fd;
  }

  static EpollFile open(Path path) throws IOException {
    int fd = open(Addresses.encodePath(path));
    if (fd < 0) {
      throw exception(path.toString(), -fd);
    }
    try {
      return new EpollFile(path, fd);
    } catch (Throwable t) { // the heap is full
      Libc.close(fd);
      throw t;
    }
  }

  private static int open(byte[] name) {
    try (Memory memory = Memory.malloc(name.length + 1)) {
      memory.bytes.put(0, name).put(name.length, (byte) 0);
      return Libc.open(memory.address, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
    }
  }

  private static IOException exception(String path, int errno) {
    return switch (errno) {
      case Errno.ENOENT -> new NoSuchFileException(path);
      case Errno.EACCES -> new AccessDeniedException(path);
      default -> new FileSystemException(path, null, Errno.describe(errno));
    };
  }

  /** The exception for a {@code sendfile} that failed: because of the file, or of the socket. */
  IOException failure(long position, int errno) {
    IOException cause = Errno.exception("sendfile", errno);
    return switch (errno) {
      case Errno.EIO, Errno.EINVAL, Errno.EOVERFLOW, Errno.ENOMEM, Errno.ENOSYS ->
          unreadable(position, cause);
      default -> cause;
    };
  }

  @Override
  protected void release() {
    Libc.close(fd);
  }
}

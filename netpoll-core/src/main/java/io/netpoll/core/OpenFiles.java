package io.netpoll.core;

import io.netpoll.spi.SourceFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The files that wait in a connection's output, so that they are closed with it. The output chain
 * closes each when its last byte was sent; what is left when the connection ends is closed here.
 *
 * <p>The writing thread adds a file and then looks whether the connection is closed; the leader
 * marks the connection closed and then closes what is here. So one of the two closes it.
 */
final class OpenFiles {
  private final Queue<SourceFile> files = new ConcurrentLinkedQueue<>();

  /** Adds a file, and forgets those that were sent. The writing thread. */
  void add(SourceFile file) {
    SourceFile oldest = files.peek();
    while (oldest != null && oldest.isClosed()) {
      files.remove(oldest);
      oldest = files.peek();
    }
    files.add(file);
  }

  /** Whether a file waits to be sent. Any thread. */
  boolean any() {
    for (SourceFile file : files) {
      if (!file.isClosed()) {
        return true;
      }
    }
    return false;
  }

  /** Closes all. Any thread, when nobody sends any more. */
  void close() {
    SourceFile file = files.poll();
    while (file != null) {
      file.close();
      file = files.poll();
    }
  }

  /** Refuses a range that a file does not have, and what is no file. */
  static void check(Path file, long position, long count) throws IOException {
    if (position < 0 || count < 0) {
      throw new IllegalArgumentException(
          "A part of a file has no negative position or size: " + position + ", " + count);
    }
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      throw new FileSystemException(file.toString(), null, "not a regular file");
    }
    if (count > 0 && position > found.size() - count) {
      throw new EOFException(
          "The file "
              + file
              + " has "
              + found.size()
              + " bytes: "
              + count
              + " bytes from position "
              + position
              + " on are not there.");
    }
  }
}

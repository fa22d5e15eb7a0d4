package io.netpoll.core.connection;

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
 *
 * <p>It also counts the bytes of files that wait, which take no memory: the writing thread what it
 * has flushed, before it publishes that; the holder of the output token what was sent.
 */
final class OpenFiles {
  private final Queue<SourceFile> files = new ConcurrentLinkedQueue<>();

  private volatile long flushed;
  private volatile long sent;

  /** The writing thread only. */
  private long unflushed;

  /** The holder of the token only: whether it was given a part of a file to send. */
  private boolean sendingFile;

  /** The next flush publishes all files that were added. The writing thread. */
  void flush() {
    flushed += unflushed;
    unflushed = 0;
  }

  /** Whether what is sent next is a part of a file. The holder of the token. */
  void collected(boolean part) {
    sendingFile = part;
  }

  /** Bytes of what was collected were sent. The holder of the token. */
  void sent(int bytes) {
    if (sendingFile) {
      sent += bytes;
    }
  }

  /** How many bytes of files were flushed and not sent. The writing thread. */
  long waiting() {
    if (!any()) {
      flushed = sent; // none is left, also of those that the writer dropped
    }
    return flushed - sent;
  }

  /** Adds a file, and forgets those that were sent. The writing thread. */
  void add(SourceFile file, long count) {
    unflushed += count;
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

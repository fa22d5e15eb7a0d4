package io.netpoll.spi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is open as a channel, for backends that have no descriptors of their own: {@link
 * FileChannel#transferTo} lets the system move its bytes where it can.
 */
public final class ChannelFile extends SourceFile {
  private final FileChannel channel;

  private ChannelFile(Path path, FileChannel channel) {
    super(path);
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @param path the file
   * @return the open file
   * @throws IOException if it does not exist or must not be read
   */
  public static ChannelFile open(Path path) throws IOException {
    return new ChannelFile(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  /**
   * Sends bytes. For the holder of the output token; never waits for the socket. An interrupt of
   * the calling thread, which would close the channel, takes effect when this returns.
   *
   * @param position of the first byte
   * @param length how many bytes, at least 1
   * @param target a socket in non-blocking mode
   * @return how many bytes the socket took; 0 if it is full
   * @throws SourceFileException if the file cannot be read, or has no byte at {@code position}
   * @throws IOException if the socket is broken
   */
  public int send(long position, int length, WritableByteChannel target) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      int sent = (int) channel.transferTo(position, length, target);
      if (sent == 0 && size(position) <= position) {
        throw shrunk(position);
      }
      return sent;
    } catch (IOException e) {
      throw channel.isOpen() ? e : unreadable(position, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long size(long position) throws SourceFileException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw unreadable(position, e);
    }
  }

  @Override
  protected void release() {
    try {
      channel.close();
    } catch (IOException e) {
      // The file was only read: nothing is lost, and the descriptor is gone all the same.
    }
  }
}

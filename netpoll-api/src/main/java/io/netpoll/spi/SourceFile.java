package io.netpoll.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * A file that is open for sending, made by {@link PollerProvider#openFile}. The holder of a
 * connection's output token sends from it; it is closed once, by whoever sent its last byte or by
 * the leader when nobody sends any more, so never while it is in use.
 */
public abstract class SourceFile implements AutoCloseable {
  private static final VarHandle CLOSED;

  static {
    try {
      CLOSED = MethodHandles.lookup().findVarHandle(SourceFile.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Path path;
  private volatile boolean closed;

  /**
   * For subclasses.
   *
   * @param path where the file was found, for messages
   */
  protected SourceFile(Path path) {
    this.path = path;
  }

  /** Frees what the file holds. Called once. Throws nothing: the file was only read. */
  protected abstract void release();

  /** Closes the file. Any thread; further calls do nothing. */
  @Override
  public final void close() {
    if (CLOSED.compareAndSet(this, false, true)) {
      release();
    }
  }

  /**
   * Whether {@link #close()} was called.
   *
   * @return true if it was
   */
  public final boolean isClosed() {
    return closed;
  }

  /**
   * The exception for a file that has become shorter than what is to be sent of it.
   *
   * @param position of the byte that is missing
   * @return the exception to throw
   */
  public final SourceFileException shrunk(long position) {
    return new SourceFileException(
        "The file "
            + path
            + " shrank while it was sent: it has no byte "
            + position
            + " any more. Replace files that are being served instead of shortening them.",
        null);
  }

  /**
   * The exception for a file that cannot be read.
   *
   * @param position of the byte that was to be sent next
   * @param cause what the system said
   * @return the exception to throw
   */
  public final SourceFileException unreadable(long position, Throwable cause) {
    return new SourceFileException(
        "The file " + path + " cannot be sent from byte " + position + " on: " + cause.getMessage(),
        cause);
  }

  @Override
  public final String toString() {
    return path.toString();
  }
}

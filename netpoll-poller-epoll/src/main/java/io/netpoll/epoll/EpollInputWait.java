package io.netpoll.epoll;

import io.netpoll.spi.InputWait;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Waits by {@code poll} for one socket and for an eventfd, which others write to end the wait.
 *
 * <p>An interrupt reaches the thread as it reaches one inside a channel of the JDK: the virtual
 * machine is told before the call what to do upon an interrupt, and that is to write the eventfd.
 */
final class EpollInputWait implements InputWait {
  // struct pollfd[2]: the socket, and behind it the eventfd. Then what is read from the eventfd.
  private static final int SOCKET = 0;
  private static final int EVENTFD = 8;
  private static final int EVENTS = 4;
  private static final int RETURNED = 6;
  private static final int VALUE = 16;
  private static final int SIZE = 24;

  private final Descriptor eventfd;
  private final Memory memory;

  /** Of the thread that waits; replaced by it after an interrupt, which uses it up. */
  private Interruption interruption = new Interruption();

  private EpollInputWait(Descriptor eventfd, Memory memory) {
    this.eventfd = eventfd;
    this.memory = memory;
    memory.bytes.putInt(EVENTFD, eventfd.fd);
    memory.bytes.putShort(SOCKET + EVENTS, (short) Libc.POLLIN);
    memory.bytes.putShort(EVENTFD + EVENTS, (short) Libc.POLLIN);
  }

  static EpollInputWait open() throws IOException {
    int fd = Libc.eventfd(Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
    if (fd < 0) {
      throw Errno.exception("eventfd", -fd);
    }
    Memory memory = null;
    boolean opened = false;
    try {
      memory = Memory.malloc(SIZE);
      EpollInputWait wait = new EpollInputWait(Descriptor.taken(fd), memory);
      opened = true;
      return wait;
    } finally {
      if (!opened) {
        if (memory != null) {
          memory.close();
        }
        Libc.close(fd);
      }
    }
  }

  /** Waits; whether the socket has something. */
  boolean await(int socket, long nanos) {
    memory.bytes.putInt(SOCKET, socket);
    if (!interruption.isOpen()) {
      interruption = new Interruption();
    }
    int found;
    interruption.enter();
    try {
      found = Libc.poll(memory.address, 2, EpollPoller.millis(nanos));
    } finally {
      interruption.leave();
    }
    if (found <= 0) { // the time is over, or a signal came
      return false;
    }
    if (memory.bytes.getShort(EVENTFD + RETURNED) != 0) {
      Libc.eventfdRead(eventfd.fd, memory.address + VALUE);
    }
    return memory.bytes.getShort(SOCKET + RETURNED) != 0;
  }

  @Override
  public void wakeup() {
    if (eventfd.enter()) {
      try {
        Libc.eventfdWrite(eventfd.fd, 1);
      } finally {
        eventfd.exit();
      }
    }
  }

  @Override
  public void close() {
    try {
      eventfd.close();
    } finally {
      memory.close();
    }
  }

  /** What the virtual machine does upon an interrupt; a channel, since it knows no other way. */
  private final class Interruption extends AbstractInterruptibleChannel {
    void enter() {
      begin();
    }

    void leave() {
      try {
        end(true);
      } catch (ClosedByInterruptException interrupted) {
        // The flag stays set, and says so.
      } catch (AsynchronousCloseException e) {
        throw new AssertionError("a completed call is not closed asynchronously", e);
      }
    }

    @Override
    protected void implCloseChannel() {
      wakeup();
    }
  }
}

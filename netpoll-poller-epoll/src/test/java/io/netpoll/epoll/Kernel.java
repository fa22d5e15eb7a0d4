package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;

/** Asks the kernel what the backend only tells it, and what the backend never asks. */
final class Kernel {
  private static final long DUP = Library.getDefault().getSymbolAddress("dup");
  private static final CallContext DUP_ARGS = new CallContext(Type.SINT64, Type.SINT64);

  private Kernel() {}

  /** Another number for the same socket, which keeps it in every epoll set that it is in. */
  static int duplicate(int fd) {
    int duplicate = (int) Invoker.getInstance().invokeL1(DUP_ARGS, DUP, fd);
    assertThat(duplicate).isNotNegative();
    return duplicate;
  }

  /** The value of an option of a descriptor; for SO_LINGER the seconds, negative if off. */
  static int option(int fd, String name) {
    Option option = Option.named(name);
    assertThat(option).isNotNull();
    Memory memory = Memory.allocate(16);
    if (option.value() == Option.Value.LINGER) {
      return Options.linger(fd, memory);
    }
    return option(fd, option.level(), option.number());
  }

  /** The value of an option that is an int. */
  static int option(int fd, int level, int number) {
    Memory memory = Memory.allocate(16);
    memory.bytes.putInt(4, Integer.BYTES);
    int result = Libc.getsockopt(fd, level, number, memory.address, memory.address + 4);
    assertThat(result).as("option %d of level %d", number, level).isZero();
    return memory.bytes.getInt(0);
  }
}

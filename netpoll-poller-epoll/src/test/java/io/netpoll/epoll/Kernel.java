package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

/** Asks the kernel what the backend only tells it. */
final class Kernel {
  private Kernel() {}

  /** The value of an option of a descriptor; for SO_LINGER the seconds, negative if off. */
  static int option(int fd, String name) {
    Option option = Option.named(name);
    assertThat(option).isNotNull();
    Memory memory = Memory.allocate(16);
    if (option.value() == Option.Value.LINGER) {
      return Options.linger(fd, memory);
    }
    memory.bytes.putInt(4, Integer.BYTES);
    int result =
        Libc.getsockopt(fd, option.level(), option.number(), memory.address, memory.address + 4);
    assertThat(result).as(name).isZero();
    return memory.bytes.getInt(0);
  }
}

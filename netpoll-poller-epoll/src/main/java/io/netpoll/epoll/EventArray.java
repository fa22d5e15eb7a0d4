package io.netpoll.epoll;

/**
 * The array of {@code struct epoll_event} that a wait fills: 32 bits of events and 64 of data. On
 * x86-64 it is packed, for the sake of 32-bit programs; everywhere else data is aligned.
 */
final class EventArray {
  private static final boolean PACKED = isX86(System.getProperty("os.arch", ""));
  private static final int SIZE = PACKED ? 12 : 16;
  private static final int DATA = PACKED ? 4 : 8;

  final int capacity;
  private final Memory memory;

  EventArray(int capacity) {
    this.capacity = capacity;
    this.memory = Memory.allocate(capacity * SIZE);
  }

  static boolean isX86(String arch) {
    return arch.equals("amd64") || arch.equals("x86_64");
  }

  long address() {
    return memory.address;
  }

  int events(int index) {
    return memory.bytes.getInt(index * SIZE);
  }

  long data(int index) {
    return memory.bytes.getLong(index * SIZE + DATA);
  }

  void set(int index, int events, long data) {
    memory.bytes.putInt(index * SIZE, events);
    memory.bytes.putLong(index * SIZE + DATA, data);
  }
}

package io.netpoll.epoll;

import java.nio.ByteBuffer;

/**
 * A packet filter that lets a listening TCP socket miss requests for new connections: segments with
 * SYN and without ACK. Handshakes that have begun go on, and so do connections that were accepted,
 * which inherit it. A client sends its request again a second later.
 *
 * <p>A classic BPF program, which needs no privilege, run by the kernel on the TCP header.
 */
final class SynDropFilter {
  private static final int LOAD_BYTE = 0x30;
  private static final int AND = 0x54;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;

  private static final int FLAGS_OFFSET = 13;
  private static final int SYN = 0x02;
  private static final int ACK = 0x10;

  private static final int INSTRUCTIONS = 5;
  private static final int INSTRUCTION_SIZE = 8;
  private static final int PROGRAM_SIZE = INSTRUCTIONS * INSTRUCTION_SIZE;

  /** Size of {@code struct sock_fprog}: the number of instructions, padding, their address. */
  private static final int HEADER_SIZE = 16;

  private SynDropFilter() {}

  /** Attaches the filter; returns 0, or an error negated. */
  static int attachTo(int fd) {
    try (Memory memory = Memory.malloc(PROGRAM_SIZE + HEADER_SIZE)) {
      return attach(fd, memory);
    }
  }

  private static int attach(int fd, Memory memory) {
    put(memory.bytes, 0, LOAD_BYTE, 0, 0, FLAGS_OFFSET);
    put(memory.bytes, 1, AND, 0, 0, SYN | ACK);
    put(memory.bytes, 2, JUMP_IF_EQUAL, 0, 1, SYN);
    put(memory.bytes, 3, RETURN, 0, 0, 0);
    put(memory.bytes, 4, RETURN, 0, 0, -1);
    memory.bytes.putShort(PROGRAM_SIZE, (short) INSTRUCTIONS);
    memory.bytes.putLong(PROGRAM_SIZE + 8, memory.address);
    return Libc.setsockopt(
        fd, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, memory.address + PROGRAM_SIZE, HEADER_SIZE);
  }

  private static void put(
      ByteBuffer into, int index, int code, int ifTrue, int ifFalse, int value) {
    int at = index * INSTRUCTION_SIZE;
    into.putShort(at, (short) code);
    into.put(at + 2, (byte) ifTrue);
    into.put(at + 3, (byte) ifFalse);
    into.putInt(at + 4, value);
  }
}

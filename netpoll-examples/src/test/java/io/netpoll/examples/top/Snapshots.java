package io.netpoll.examples.top;

import io.netpoll.BufferMemory;
import io.netpoll.LoopStats;
import java.util.List;

/** Snapshots of a server that never was. */
final class Snapshots {
  private Snapshots() {}

  static Snapshot at(long uptimeMillis, LoopStats... loops) {
    return of(1, uptimeMillis, loops);
  }

  static Snapshot of(long pid, long uptimeMillis, LoopStats... loops) {
    return new Snapshot(
        new Snapshot.Process("echo-server", pid, "nio", "workers(4)", 8),
        uptimeMillis,
        5,
        uptimeMillis / 2,
        20,
        new Snapshot.Memory(1 << 20, 1 << 28, 3 << 20, new BufferMemory(2 << 20, 1 << 20, 1 << 28)),
        List.of(loops));
  }

  /** A loop with connections that has done everything n times. */
  static LoopStats loop(int number, int connections, long n) {
    return new LoopStats(number, connections, n, n, n, n * 1024, n, n * 2048);
  }
}

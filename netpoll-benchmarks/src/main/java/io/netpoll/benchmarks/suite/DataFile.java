package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.FileRun;
import io.netpoll.benchmarks.load.Load;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;

/** The file that servers send: a block of random bytes again and again. */
final class DataFile {
  private static final int BLOCK = 1_000_000;
  private static final int BLOCKS = 10;

  private final Path path;
  private final byte[] block = new byte[BLOCK];

  private DataFile(Path path) {
    this.path = path;
    new SplittableRandom(1).nextBytes(block);
  }

  /** Writes the file into a directory. */
  static DataFile in(Path directory) throws IOException {
    DataFile file = new DataFile(directory.resolve("data"));
    try (OutputStream out = Files.newOutputStream(file.path)) {
      for (int i = 0; i < BLOCKS; i++) {
        out.write(file.block);
      }
    }
    return file;
  }

  Path path() {
    return path;
  }

  /** The file is asked for again and again, on some connections at once. */
  Workload on(int connections) {
    return new Workload() {
      @Override
      public Load open(InetSocketAddress server, Service service) throws IOException {
        return new FileRun(server, connections, (long) BLOCKS * BLOCK, block);
      }

      @Override
      public boolean isSliced() {
        return true;
      }

      @Override
      public Duration settle(int burnMicros) {
        return SETTLE;
      }
    };
  }
}

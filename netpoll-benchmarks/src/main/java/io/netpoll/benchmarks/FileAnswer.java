package io.netpoll.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file with which a peer answers every byte that it receives.
 *
 * @param path where it is
 * @param size how many bytes of it are sent
 * @param sending how Netty's peers send it
 */
record FileAnswer(Path path, long size, FileSending sending) {
  /**
   * A file as it is now.
   *
   * @throws IOException if it cannot be found
   */
  static FileAnswer of(Path path, FileSending sending) throws IOException {
    return new FileAnswer(path, Files.size(path), sending);
  }
}

package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What a session leaves to nobody: a directory of its own, and its child processes, of which those
 * that are stopped would not see its end. Both are gone when this object is closed, or when the
 * process is told to end.
 */
final class Scratch implements AutoCloseable {
  private final Path directory;
  private final Thread hook = new Thread(this::end, "scratch");

  Scratch() throws IOException {
    directory = Files.createTempDirectory("netpoll-suite-");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  Path directory() {
    return directory;
  }

  private void end() {
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    end();
  }
}

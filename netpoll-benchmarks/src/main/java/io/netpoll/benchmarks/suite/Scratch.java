package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a session leaves to nobody: a directory of its own, and its child processes, of which those
 * that are stopped would not see its end. Both are gone when this object is closed, or when the
 * process is told to end.
 */
final class Scratch implements AutoCloseable {
  private static final int LOOKS = 5;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path directory;
  private final Thread hook = new Thread(this::endBySignal, "scratch");

  Scratch() throws IOException {
    directory = Files.createTempDirectory("netpoll-suite-");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  Path directory() {
    return directory;
  }

  private void endBySignal() {
    // Until this process is gone, its main thread may start another child in the place of one.
    for (int i = 0; i < LOOKS; i++) {
      end();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void end() {
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    if (!Files.exists(directory)) {
      return;
    }
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

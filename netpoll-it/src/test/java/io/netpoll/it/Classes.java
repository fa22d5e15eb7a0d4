package io.netpoll.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The class files of a module. */
final class Classes {

  /** What is done with one. */
  interface Action {
    void accept(InputStream bytes) throws IOException;
  }

  private Classes() {}

  /**
   * Reads all class files.
   *
   * @param location a jar or a folder
   * @return how many there are
   */
  static int forEach(Path location, Action action) throws IOException {
    if (Files.isDirectory(location)) {
      return walk(location, action);
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
      return walk(jar.getPath("/"), action);
    }
  }

  private static int walk(Path root, Action action) throws IOException {
    List<Path> classes;
    try (Stream<Path> files = Files.walk(root)) {
      classes = files.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : classes) {
      try (InputStream bytes = Files.newInputStream(file)) {
        action.accept(bytes);
      }
    }
    return classes.size();
  }
}

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
    return walk(
        location,
        (root, file) -> {
          try (InputStream bytes = Files.newInputStream(file)) {
            action.accept(bytes);
          }
        });
  }

  /**
   * Copies all class files but those of module declarations.
   *
   * @param location a jar or a folder
   * @param target the folder to copy them to, below their packages
   */
  static void copy(Path location, Path target) throws IOException {
    walk(
        location,
        (root, file) -> {
          if (!file.endsWith("module-info.class")) {
            Path copy = target.resolve(root.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
          }
        });
  }

  private interface Visit {
    void file(Path root, Path file) throws IOException;
  }

  private static int walk(Path location, Visit visit) throws IOException {
    if (Files.isDirectory(location)) {
      return walkTree(location, visit);
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
      return walkTree(jar.getPath("/"), visit);
    }
  }

  private static int walkTree(Path root, Visit visit) throws IOException {
    List<Path> classes;
    try (Stream<Path> files = Files.walk(root)) {
      classes = files.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : classes) {
      visit.file(root, file);
    }
    return classes.size();
  }
}

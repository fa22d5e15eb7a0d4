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
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of a module. */
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
        name -> name.endsWith(".class"),
        (root, file) -> {
          try (InputStream bytes = Files.newInputStream(file)) {
            action.accept(bytes);
          }
        });
  }

  /**
   * Copies files of a module.
   *
   * @param location a jar or a folder
   * @param target the folder to copy them to, below their packages
   * @param which whether one is copied, by its name
   */
  static void copy(Path location, Path target, Predicate<String> which) throws IOException {
    walk(
        location,
        which,
        (root, file) -> {
          Path copy = target.resolve(root.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        });
  }

  private interface Visit {
    void file(Path root, Path file) throws IOException;
  }

  private static int walk(Path location, Predicate<String> which, Visit visit) throws IOException {
    if (Files.isDirectory(location)) {
      return walkTree(location, which, visit);
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
      return walkTree(jar.getPath("/"), which, visit);
    }
  }

  private static int walkTree(Path root, Predicate<String> which, Visit visit) throws IOException {
    List<Path> found;
    try (Stream<Path> files = Files.walk(root)) {
      found =
          files.filter(Files::isRegularFile).filter(file -> which.test(file.toString())).toList();
    }
    for (Path file : found) {
      visit.file(root, file);
    }
    return found.size();
  }
}

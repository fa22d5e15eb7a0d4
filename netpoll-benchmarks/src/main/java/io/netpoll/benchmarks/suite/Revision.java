package io.netpoll.benchmarks.suite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The benchmarks jar of another commit of the project, built from its sources in a directory of its
 * own, which goes with this object. Needs git and Maven, and a checkout as the working directory.
 */
final class Revision implements AutoCloseable {
  private static final String JAR = "netpoll-benchmarks/target/netpoll-benchmarks.jar";

  private final String name;
  private final Path directory;

  private Revision(String name, Path directory) {
    this.name = name;
    this.directory = directory;
  }

  /**
   * Builds it.
   *
   * @param name what git understands: a branch, a tag, a commit
   */
  static Revision build(String name) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("netpoll-revision");
    Revision revision = new Revision(name, directory);
    try {
      Path sources = directory.resolve("sources.tar");
      run(Path.of("."), "git", "archive", "--output", sources.toString(), name);
      run(directory, "tar", "-xf", sources.toString());
      run(
          directory,
          "mvn",
          "-q",
          "-B",
          "package",
          "-DskipTests",
          "-Dspotless.check.skip",
          "-Dmaven.javadoc.skip",
          "-pl",
          "netpoll-benchmarks",
          "-am");
      return revision;
    } catch (IOException | InterruptedException | RuntimeException e) {
      revision.close();
      throw e;
    }
  }

  private static void run(Path where, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + said.strip());
    }
  }

  /** What it was called. */
  String name() {
    return name;
  }

  /** The jar with its servers. */
  String jar() {
    return directory.resolve(JAR).toString();
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

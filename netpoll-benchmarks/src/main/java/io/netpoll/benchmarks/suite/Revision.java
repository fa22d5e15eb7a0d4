package io.netpoll.benchmarks.suite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The benchmarks jar of another commit of the project, built from its sources. Needs git and Maven,
 * and a checkout as the working directory.
 */
final class Revision {
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
   * @param scratch where its sources and the jar go
   */
  static Revision build(String name, Path scratch) throws IOException, InterruptedException {
    Path directory = Files.createDirectory(scratch.resolve("revision"));
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
    return new Revision(name, directory);
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
}

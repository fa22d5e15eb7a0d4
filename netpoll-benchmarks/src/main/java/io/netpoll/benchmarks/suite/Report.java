package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The directory of what was measured: raw figures, a page of tables, and charts. Who interrupts
 * writing finds the raw figures as they were before.
 *
 * @param directory which
 */
record Report(Path directory) {

  /**
   * The raw figures that are there.
   *
   * @throws IOException if there are some that cannot be read
   */
  Figures read() throws IOException {
    Path raw = raw();
    if (!Files.exists(raw)) {
      return Figures.NONE;
    }
    try {
      return Json.read(Files.readString(raw));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          raw + " is not what the suite writes: move it away, or give another --out.", e);
    }
  }

  /** Writes everything anew. */
  void write(Figures figures) throws IOException {
    Files.createDirectories(directory);
    Path fresh = directory.resolve("suite.json.new");
    Files.writeString(fresh, Json.of(figures));
    Files.move(fresh, raw(), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(directory.resolve("README.md"), Markdown.of(figures));
    Charts.write(figures, directory);
  }

  private Path raw() {
    return directory.resolve("suite.json");
  }
}

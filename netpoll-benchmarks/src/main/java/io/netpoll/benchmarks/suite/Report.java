package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The directory of what was measured: raw figures, and pages with a chart made from them. Whoever
 * interrupts writing finds the raw figures as they were before.
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
      return Figures.of(Files.readAllLines(raw));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(
          raw + " is not what the suite writes: move it away, or give another --out.", e);
    }
  }

  /** Writes everything anew. */
  void write(Figures figures) throws IOException {
    Files.createDirectories(directory);
    Path fresh = directory.resolve("figures.csv.new");
    Files.writeString(fresh, figures.toCsv());
    Files.move(fresh, raw(), StandardCopyOption.REPLACE_EXISTING);
    Pages pages = new Pages(figures);
    Files.writeString(directory.resolve("README.md"), pages.readMe());
    Files.writeString(directory.resolve(Pages.CHART), Chart.of(pages.summary()));
    for (Scenario scenario : figures.scenarios()) {
      Files.writeString(directory.resolve(scenario + ".md"), pages.page(scenario));
    }
  }

  private Path raw() {
    return directory.resolve("figures.csv");
  }
}

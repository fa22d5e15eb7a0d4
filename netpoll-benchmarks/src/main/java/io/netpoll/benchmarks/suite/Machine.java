package io.netpoll.benchmarks.suite;

import io.netty.util.Version;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where and with what figures were taken. */
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** What a reader must know. */
  static String facts() throws IOException {
    return String.format(
        Locale.ROOT,
        "%s; %s %s, %s; %s %s; Netty %s; load average at the start %.1f",
        processors(),
        property("os.name"),
        property("os.version"),
        property("os.arch"),
        property("java.vm.name"),
        property("java.runtime.version"),
        netty(),
        load());
  }

  /**
   * How many threads wanted a processor in the last minute; negative if the system does not tell.
   */
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String property(String name) {
    return System.getProperty(name);
  }

  /** All of the machine's, also those that this process may not use. */
  private static String processors() throws IOException {
    List<String> lines = Files.isReadable(CPU_INFO) ? Files.readAllLines(CPU_INFO) : List.of();
    List<String> models =
        lines.stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .toList();
    return models.isEmpty() ? "unknown" : models.size() + " x " + models.get(0);
  }

  private static String netty() {
    Version version = Version.identify().get("netty-common");
    return version == null ? "unknown" : version.artifactVersion();
  }
}
